// The written bounds. Full means "not saved yet, try again after", never a drop.

const KIB = 1024;

/** Bounds of sizes, rates and queues; each is enforced where its comment says. */
export const LIMITS = {
  /** The most that an item may be worth, in thousandths of a point. */
  points: 1_000_000,
  /** An essay's UTF-8 bytes; checked in the client before sending and again in the room. */
  answerBytes: 64 * KIB,
  /** One WebSocket message; the transport closes a larger one with 1009. */
  messageBytes: 256 * KIB,
  /** A batch of a client's outbox: answers and bytes; one larger answer goes alone. */
  batchAnswers: 100,
  batchBytes: 48 * KIB,
  /** A job of the answers queue: answers and bytes; an answer above `aloneBytes` has a job of its own. */
  jobAnswers: 250,
  jobBytes: 256 * KIB,
  aloneBytes: 16 * KIB,
  /** What a device may say of how long a heartbeat took; a link that takes longer counts as dead. */
  roundTripMs: 60_000,
  /** Answers accepted by a process and not yet durable; beyond it every new one is refused with BUSY. */
  journalAnswers: 50_000,
  /** The same in bytes of their content: many essays are much larger than many choices. */
  journalBytes: 256 * 1024 * KIB,
  /** Answers of one examinee accepted and not yet durable; more than the whole of a long paper, and no room's share. */
  pendingAnswers: 500,
  /** Answers that a tally stands for; of a larger outbox, those that are sent first. */
  tallyEntries: 4_000,
  /** Characters of a hash of 96 bits in base64url. */
  shortHash: 16,
  /** Token bucket of one client: tokens a second and burst; what each kind of message costs is in rooms/dispatch.ts. */
  messagesPerSecond: 40,
  messagesBurst: 80,
  /** Colyseus' own limit is ten times that, against abuse: it closes the socket. */
  messagesAbuse: 400,
  /** So long an api process believes what it has read of an admin's session; what ends a session takes as long (decision 99). */
  sessionBelievedMs: 100,
  /** What may wait in a slow reader's socket before it is terminated. */
  backlogBytes: 1024 * KIB,
  /** A message to a client. */
  outgoingBytes: 64 * KIB,
  /** A photo of an examinee. */
  photoBytes: 200 * KIB,
  /** A picture of a paper, all of them together, and how many; and the body of a request that brings a paper with them. */
  pictureBytes: 300 * KIB,
  picturesBytes: 4 * 1024 * KIB,
  pictures: 200,
  paperBytes: 8 * 1024 * KIB,
  /** A sealed export as it is brought. */
  exportBytes: 8 * 1024 * KIB,
  /** The answers of one file of it: their bytes as JSON, and how many. What is more comes in further files. */
  exportPartBytes: 4 * 1024 * KIB,
  exportPartAnswers: 1_000,
  /** Sections of a paper. */
  sections: 200,
  /** Characters of a plan's rules. */
  rulesCharacters: 10_000,
  /** Items of one paper; four digits. */
  items: 9_999,
  /** Characters of an item's name, options of a choice, and characters of an option's name. */
  itemNameCharacters: 64,
  options: 26,
  optionCharacters: 32,
  /** Body of a request that brings many rows: a key, rooms, examinees. */
  importBytes: 2 * 1024 * KIB,
  /** Levels of a request's body: a paper's options have six. */
  bodyLevels: 32,
  /** Examinees of one room. */
  examinees: 500,
  /** Answers that are kept for one examinee from devices that others followed, decided or not. */
  heldAnswers: 1_000,
  /** The same, with those that sealed exports have brought: the longest paper twice. */
  importedAnswers: 20_000,
  /** A client's signals in one message. */
  signals: 20,
  /** Reports of one job of the incidents queue. */
  reportsAJob: 100,
  /** Evidence of an incident: values of one piece, characters of a value, pieces that are kept (the first and the last). */
  evidenceFields: 20,
  evidenceText: 500,
  evidencePieces: 20,
  /** Reports whose ids an incident holds itself; those before them are kept beside it. */
  knownReports: 256,
  /** Characters of a question and of its answer; and how soon one examinee may raise the hand again. */
  callText: 500,
  callEveryMs: 5_000,
  /** Characters of a note. */
  noteText: 500,
  /** A client that has not acknowledged JOIN by then is terminated. */
  joinMs: 10_000,
  /** A reservation's life. */
  reservationMs: 60_000,
} as const;

/** How long before the end examinees are warned, where the plan says nothing else. */
export const WARNINGS_MS: readonly number[] = [600_000, 300_000, 60_000];

/** An examinee's link that was not heard for so long is offline, where the plan says nothing else; at least, longer than dropped; and at most. */
export const OFFLINE_MS = 60_000;
export const LEAST_OFFLINE_MS = 5_000;
export const MOST_OFFLINE_MS = 3_600_000;

/** How long after the own end answers are still taken that waited then, where the plan says nothing else; and at most. */
export const GRACE_MS = 30_000;
export const MOST_GRACE_MS = 300_000;
