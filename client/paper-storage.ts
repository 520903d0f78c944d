// Where a device keeps sealed papers until their start, by the room: what it holds is of no use without the room's key.
// In memory here: a page that is loaded again finds the paper in the cache of its browser, which keeps what never changes.

export type PaperStorage = {
  /** The sealed paper of this room, where it is here. */
  load(roomId: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  save(roomId: string, sealed: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(roomId: string): Promise<void>;
};

/** A storage that lives as long as its object. */
export function memoryPapers(): PaperStorage {
  const papers = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    load: async (roomId) => papers.get(roomId),
    save: async (roomId, sealed) => void papers.set(roomId, sealed),
    remove: async (roomId) => void papers.delete(roomId),
  };
}
