// The store: mongoose on a URL, and one member for each aggregate. Starts nothing. Must never set a write or read
// concern, a session or a transaction. Called by the composition root and by tests.
import mongoose, { type Connection } from 'mongoose';
import { answerFileProofs } from './answer-files.ts';
import { answerStore } from './answers.ts';
import { auditStore } from './audit.ts';
import { callStore } from './calls.ts';
import { storeClock } from './clock.ts';
import { checkConcerns } from './concerns.ts';
import { controlStore } from './controls.ts';
import { storeCopies } from './copying.ts';
import { endWritesWithTheirConnection } from './driver-writes.ts';
import { erasureStore } from './erasures.ts';
import { examineeStore } from './examinees.ts';
import { exportKeyStore } from './export-keys.ts';
import { asFault, withFaults } from './fault.ts';
import { fileStore } from './files.ts';
import { heldAnswerStore } from './held-answers.ts';
import { idempotencyStore } from './idempotency.ts';
import { importStore } from './imports.ts';
import { incidentStore } from './incidents.ts';
import { makeIndexes, missingIndexes } from './indexes.ts';
import { keptExportStore } from './kept-exports.ts';
import { keyStore } from './keys.ts';
import { markStore } from './marks.ts';
import { makeModels } from './models.ts';
import { monitoringStore } from './monitoring.ts';
import { paperKeyStore } from './paper-keys.ts';
import { paperStore } from './papers.ts';
import { adminStore } from './people.ts';
import { photoStore } from './photos.ts';
import { planStore } from './plans.ts';
import { proctorStore } from './proctors.ts';
import { receiptKeyStore } from './receipt-keys.ts';
import { logStore } from './records.ts';
import { resultStore, statisticsStore } from './results.ts';
import { roomStore } from './rooms.ts';
import { rosterImportStore } from './roster-imports.ts';
import { scoringStore } from './scorings.ts';
import { sessionStore } from './sessions.ts';
import { sheetStore } from './sheets.ts';
import { uploadStore } from './uploads.ts';

export type StoreOptions = {
  /** With the write and read concern that fits the server. */
  url: string;
  /** Seals papers and receipt keys, 32 bytes; without it no paper is written or read and no answer saved (StoreFault STORE_KEY). */
  paperKey?: Uint8Array;
  /** Connections to the server at most. */
  poolSize?: number;
  /** Makes the indexes before it returns. */
  autoIndex?: boolean;
};

export type Store = ReturnType<typeof makeStore>;

const SELECTION_MS = 5_000;
/** A server that hangs without closing its sockets must not hold the answers of a whole process. */
const SOCKET_MS = 30_000;
/** A link that went dead while it was made, or while the driver looked whether the server is there, ends after this, not after the driver's 30 s. */
const CONNECT_MS = 6_000;
const LOOK_MS = 2_000;

/** Connects, checks the URL's concerns, and makes the store. Throws StoreFault STORE_CONCERN or STORE_UNAVAILABLE. */
export async function openStore({ url, paperKey, poolSize = 20, autoIndex = false }: StoreOptions): Promise<Store> {
  const connection = await connect(url, poolSize);
  const store = makeStore(connection, paperKey);
  try {
    await checkConcerns(connection, url);
    if (autoIndex) await store.ensureIndexes();
  } catch (error) {
    await store.close();
    throw asFault('store.open', error);
  }
  return store;
}

/** A connection of our own kind, its concerns not yet looked at. Throws StoreFault STORE_UNAVAILABLE. */
export async function connect(url: string, poolSize: number): Promise<Connection> {
  endWritesWithTheirConnection();
  // An instance of our own: settings of another user of mongoose in this process are not ours, nor ours theirs.
  const own = new mongoose.Mongoose({
    sanitizeFilter: true,
    strictQuery: 'throw',
    runValidators: true,
    autoIndex: false,
    autoCreate: false,
  });
  const connection = own.createConnection(url, {
    maxPoolSize: poolSize,
    serverSelectionTimeoutMS: SELECTION_MS,
    socketTimeoutMS: SOCKET_MS,
    connectTimeoutMS: CONNECT_MS,
    heartbeatFrequencyMS: LOOK_MS,
    bufferCommands: false,
  });
  try {
    return await connection.asPromise();
  } catch (error) {
    await connection.close();
    throw asFault('store.open', error);
  }
}

/** The store on this connection; openStore is the way to one. */
export function makeStore(connection: Connection, paperKey?: Uint8Array) {
  const models = makeModels(connection);
  const receiptKeys = receiptKeyStore(models, paperKey);
  const paperKeys = paperKeyStore(models, paperKey);
  const sheets = sheetStore(models);
  return {
    plans: planStore(models),
    papers: paperStore(models, paperKey),
    paperKeys,
    exportKeys: exportKeyStore(models, paperKey),
    keys: keyStore(models),
    rooms: roomStore(models),
    examinees: examineeStore(models),
    rosterImports: rosterImportStore(models, { sheets, paperKeys }),
    photos: photoStore(models),
    sheets,
    answers: answerStore(models, receiptKeys),
    receiptKeys,
    heldAnswers: heldAnswerStore(models),
    imports: importStore(models),
    controls: controlStore(models),
    calls: callStore(models),
    admins: adminStore(models),
    proctors: proctorStore(models),
    sessions: sessionStore(models),
    marks: markStore(models),
    erasures: erasureStore(models),
    scorings: scoringStore(models),
    results: resultStore(models),
    statistics: statisticsStore(models),
    files: fileStore(models),
    uploads: uploadStore(models, paperKey),
    keptExports: keptExportStore(models, paperKey),
    answerFiles: answerFileProofs(paperKey),
    logs: logStore(models),
    incidents: incidentStore(models),
    monitoring: monitoringStore(models),
    audit: auditStore(models),
    idempotency: idempotencyStore(models),
    copies: storeCopies(connection, models),
    clock: storeClock(connection),
    ...withFaults('store', {
      /** Makes the indexes that are missing. Throws StoreFault where one with the same name is another. */
      ensureIndexes: (): Promise<void> => makeIndexes(models),
      /** The indexes of the schemas that the server does not have in that form, a line each. Changes nothing. */
      missingIndexes: (): Promise<string[]> => missingIndexes(models),
      /** Throws StoreFault where the store does not answer. */
      async ping(): Promise<void> {
        await connection.getClient().db('admin').command({ ping: 1 });
      },
      /** Ends the connection. Twice is fine. */
      async close(): Promise<void> {
        await connection.close();
      },
    }),
  };
}
