// Ends what hangs in MongoDB's driver (7.8.0): a command that waits for its socket to drain waits for ever where the socket
// closes meanwhile, and a write to a socket that is closed but has not said so yet waits just so. No timeout of the driver's
// covers it. It happens when a server dies under load, and would hold answers until a process is started anew.
// Must never touch a write that goes well. Called once, by open-store.ts.
import { createRequire } from 'node:module';

type Connection = {
  error: Error | null;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
};
type WriteCommand = (this: Connection, ...args: unknown[]) => Promise<void>;

const PATH = 'mongodb/lib/cmap/connection.js';
let isMended = false;

/** From now on a write of the driver fails with its connection's own error when the connection closes. Twice is fine. */
export function endWritesWithTheirConnection(): void {
  if (isMended) return;
  isMended = true;
  // The driver that mongoose uses, wherever it is installed.
  const fromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
  const { prototype }: { prototype: { writeCommand: WriteCommand } } = fromMongoose(PATH).Connection;
  const write = prototype.writeCommand;
  if (typeof write !== 'function') throw new TypeError(`${PATH} has another shape: see what became of writeCommand`);
  prototype.writeCommand = async function (...args) {
    let onClose = () => {};
    const closed = new Promise<never>((_, reject) => {
      onClose = () => reject(this.error);
      this.once('close', onClose);
    });
    try {
      await Promise.race([write.apply(this, args), closed]);
    } finally {
      this.off('close', onClose);
    }
  };
}
