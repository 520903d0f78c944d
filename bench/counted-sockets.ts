// Counts what comes over every WebSocket of this process, frame by frame with their heads. Must be loaded before the SDK,
// which takes the WebSocket that it finds. Called by board-watcher.ts.

/** Since the process began. */
export const counted = { bytes: 0, frames: 0 };

class CountedWebSocket extends WebSocket {
  constructor(...given: ConstructorParameters<typeof WebSocket>) {
    super(...given);
    this.addEventListener('message', ({ data }) => {
      const { length } = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data as ArrayBuffer);
      counted.bytes += length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
      counted.frames++;
    });
  }
}

globalThis.WebSocket = CountedWebSocket;
