// Everything that lies in a MongoDB database, as the bytes of its documents: for scans after texts that must not be there.
// Called by journeys and by tests of the api.
import mongoose from 'mongoose';

/** The documents of each collection, by its name. */
export async function bytesByCollection(url: string): Promise<Map<string, Buffer>> {
  const client = new mongoose.mongo.MongoClient(url);
  try {
    const found = new Map<string, Buffer>();
    for (const { name } of await client.db().listCollections().toArray()) {
      const rows = await client
        .db()
        .collection(name)
        .find({ _id: { $gt: '' as never } })
        .toArray();
      found.set(name, Buffer.concat(rows.map((row) => Buffer.from(mongoose.mongo.BSON.serialize(row)))));
    }
    return found;
  } finally {
    await client.close();
  }
}

/** All of them in one. */
export async function allBytes(url: string): Promise<Buffer> {
  return Buffer.concat([...(await bytesByCollection(url)).values()]);
}
