// A part of a bench in a process of its own, so that its CPU is its own: started, asked over IPC one order at a time,
// and ended by its process id. Called by the benches and by their children.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LauncherError } from '../bin/launcher/launcher-error.ts';

export type BenchChild<Order, Reply> = {
  readonly pid: number;
  /** Resolves with the child's reply to this order. Rejects with what it failed of. */
  ask(order: Order): Promise<Reply>;
  stop(): Promise<void>;
};

type Message<Reply> = { readonly reply: Reply } | { readonly failed: string };

/** Starts a script of this folder. */
export function startChild<Order extends object, Reply>(script: string): BenchChild<Order, Reply> {
  const child = fork(join(import.meta.dirname, script), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async ask(order) {
      const answer = replyOf<Reply>(child, script);
      child.send(order);
      const message = await answer;
      if ('failed' in message) throw new LauncherError('CHILD_DIED', `${script}: ${message.failed}`);
      return message.reply;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

function replyOf<Reply>(child: ChildProcess, script: string): Promise<Message<Reply>> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new LauncherError('CHILD_DIED', `${script} ended before it replied.`));
    child.once('exit', died);
    child.once('message', (message) => {
      child.off('exit', died);
      resolve(message as Message<Reply>);
    });
  });
}

/** In the child: carries out each order and sends its reply. Ends when its parent is gone. */
export function serveOrders<Order, Reply>(carryOut: (order: Order) => Promise<Reply>): void {
  const tell = (message: Message<Reply>) => void process.send?.(message);
  process.on('message', (order) => {
    carryOut(order as Order).then(
      (reply) => tell({ reply }),
      (error: unknown) => tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
