// The next version of the programme, as a copy of this one in a folder of its own with patches: it knows one message and some
// fields more, in messages, jobs, acknowledgements and documents. Its processes join a system of this version.
import { join } from 'node:path';
import { type RunningChild, spawnChild } from '../../bin/launcher/child.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import { type Role, serverSpec } from '../../bin/launcher/server-process.ts';
import { testFolder } from '../support/parts.ts';
import { copyProgramme, type Patch } from '../support/programme.ts';
import type { WholeExam } from '../support/whole-exam.ts';

export const NEXT = '99.0.0';
export const NEXT_PATCHES: readonly Patch[] = [
  // One message more, with what every message needs.
  {
    file: 'schema/messages.ts',
    before: "'examinee.ready': z.strictObject({}),",
    after: "'examinee.ready': z.strictObject({}), 'examinee.wave': z.strictObject({ times: z.int() }),",
  },
  {
    file: 'schema/permissions.ts',
    before: "'examinee.ready': { examinee: 'self' },",
    after: "'examinee.ready': { examinee: 'self' }, 'examinee.wave': { examinee: 'self' },",
  },
  { file: 'rooms/dispatch.ts', before: "'examinee.ready': 1,", after: "'examinee.ready': 1, 'examinee.wave': 1," },
  {
    file: 'rooms/examinee-messages.ts',
    before: "'examinee.ready': becomeReady,",
    after:
      "'examinee.ready': becomeReady, 'examinee.wave': (_context, { client }, { times }) => client.send('examinee.waved', { times }),",
  },
  // One field more in a message to the room, in what goes through the queues, in what comes back, and in a document.
  {
    file: 'schema/messages.ts',
    before: 'over: z.literal(true)',
    after: 'battery: z.number().optional(), over: z.literal(true)',
  },
  { file: 'rooms/journal.ts', before: 'planId: job.planId,', after: "planId: job.planId, writtenBy: 'next'," },
  { file: 'rooms/display.ts', before: '...moves,', after: "...moves, mood: 'calm'," },
  { file: 'rooms/recorder.ts', before: 'logId: newId(),', after: "mood: 'calm', logId: newId()," },
  {
    file: 'workers/answers.ts',
    before: '...acknowledgementOf(job.number, outcome), savedAt',
    after: "...acknowledgementOf(job.number, outcome), savedAt, workedBy: 'next'",
  },
  {
    file: 'store/rooms.ts',
    before: 'update: { $set: { servedUntil } }',
    after: "update: { $set: { servedUntil, servedBy: 'next' } }",
  },
];

/** Makes the copy; returns its folder. Fails where a patch has no place. */
export async function nextVersion(): Promise<string> {
  const folder = await testFolder();
  copyProgramme(folder, NEXT, NEXT_PATCHES);
  return folder;
}

/** Starts a process of the copy beside those of the system; resolves when it serves. Whoever starts it ends it. */
export async function startNext(programme: string, whole: WholeExam, role: Role, name: string): Promise<RunningChild> {
  const { system, folder } = whole;
  const { mongodbUrl, redisUrl, secret } = system;
  const env = { NODE_ENV: 'production' };
  const around = { folder, mongodbUrl, redisUrl, secret, roomAddresses: [], pageAddresses: [], env };
  const spec = serverSpec({ name, roles: [role], port: await freePort() }, around);
  const child = spawnChild({ ...spec, args: [join(programme, 'server.ts')] });
  await child.ready;
  return child;
}
