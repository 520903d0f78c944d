// Six promises that float, each of a kind that a linter once missed here. `npm run check` demands that every marked line is found.
// Never run, never imported; kept out of the normal lint by its name.

import { type Client, matchMaker, Room } from '@colyseus/core';
import type { Queue } from 'bullmq';
import mongoose from 'mongoose';

export class FloatingRoom extends Room {
  override onDrop(client: Client): void {
    this.allowReconnection(client, 10); // must be found
  }

  override onDispose(): void {
    this.disconnect(); // must be found
  }
}

export function floatingCalls(queue: Queue): void {
  queue.add('answers', {}); // must be found
  matchMaker.createRoom('exam', {}); // must be found
  mongoose.connection.close(); // must be found
  later(); // must be found
}

async function later(): Promise<void> {}
