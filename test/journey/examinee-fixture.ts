// An examinee's programme in a process of its own, with its outbox in a file: to be killed. It answers what its parent
// tells it to, and tells how far each answer has come. Started by people.test.ts alone.
import { enterExam } from '../../client/enter-exam.ts';
import { fileOutbox } from '../../client/outbox-file.ts';
import { fenceOf } from '../../exam/revision.ts';

/** What it is told to answer, and what it tells. */
export type Order = { readonly item: number; readonly response: string };
export type News =
  | { readonly kind: 'entered'; readonly fence: number; readonly unsaved: { item: number; fence: number }[] }
  | { readonly kind: 'answer'; readonly item: number; readonly state: string };

const { EXAM_URL: url = '', EXAM_CODE: code = '', EXAM_DEVICE: deviceKey = '', EXAM_OUTBOX: path = '' } = process.env;
const tell = (news: News) => process.send?.(news);

if (process.send !== undefined) {
  process.once('disconnect', () => process.exit(1)); // the parent is gone, and nobody would end this
  const session = await enterExam({ url, code, deviceKey, storage: fileOutbox(path) });
  // How far what is shown has come: an older revision of the item may become saved before it.
  session.on('answer', ({ item }) => tell({ kind: 'answer', item, state: session.answers().get(item)?.state ?? '' }));
  process.on('message', ({ item, response }: Order) => session.answer(item, response));
  const unsaved = session.outbox().map(({ item, revision }) => ({ item, fence: fenceOf(revision) }));
  tell({ kind: 'entered', fence: session.info.examinee.fence, unsaved });
}
