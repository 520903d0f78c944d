// A person's programme as a process of its own, which a test may put to sleep: enters, answers an item each half second,
// and says what it sees, one line of JSON each. Called by links.long.ts.
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';

const [url = '', code = ''] = process.argv.slice(2);
const say = (what: object) => process.stdout.write(`${JSON.stringify({ ...what, at: Date.now() })}\n`);
const session = await enterExam({ url, code, deviceKey: 'device-that-sleeps', storage: memoryOutbox() });
session.on('link', ({ state }) => say({ link: state }));
session.on('answer', ({ item, state }) => {
  if (state === 'saved') say({ saved: item });
});
let item = 0;
setInterval(() => {
  if (session.room().status !== 'running') return;
  session.answer(++item, 'A');
  say({ answered: item, leftMs: session.remainingMs() });
}, 500);
say({ link: session.link() });
