// The figures of an answer's journey, over a real room, real Redis, the production worker and a real store.
import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { ANSWER_STAGES } from '../../schema/metrics.ts';
import { type Hall, openHall, until } from '../support/hall.ts';

describe('figures of the rooms', () => {
  let hall: Hall;
  const metrics = new Registry();
  before(async () => {
    hall = await openHall('room-figures', { metrics });
  });
  after(() => hall.stop());

  const figure = async (line: string): Promise<number> => {
    const text = await metrics.metrics();
    const found = text.split('\n').find((one) => one.startsWith(`${line} `));
    return Number(found?.slice(line.length + 1) ?? 0);
  };

  it('count an answer once at each stage of its way, the links and the refusals, and hold no id', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const one = await hall.sit(exam);
    one.send('heartbeat', { sentAt: 1, roundTripMs: 40 });
    await one.next('heartbeat');
    const revision = one.fence * 1_000_000 + 1;
    one.send('answer.save', { answers: [{ item: 1, revision, response: 'A' }] });
    await one.next('answer.saved', ({ saved }) => saved.some(([item]) => item === 1));
    one.send('answer.save', { answers: [{ item: 99, revision: revision + 1, response: 'A' }] });
    const { refused } = await one.next('answer.refused');
    for (const stage of ANSWER_STAGES)
      await until(async () => (await figure(`examhall_answer_stage_seconds_count{stage="${stage}"}`)) === 1);
    assert.equal(await figure('examhall_answer_stage_seconds_sum{stage="client-room"}'), 0.02);
    for (const name of ['accepted', 'saved', 'told']) assert.equal(await figure(`examhall_answers_${name}_total`), 1);
    assert.equal(await figure('examhall_answers_written_through_total'), 0);
    const [{ code = '' } = {}] = refused;
    assert.equal(await figure(`examhall_refusals_total{road="socket",code="${code}"}`), 1);
    assert.equal(await figure('examhall_links{state="online"}'), 1);
    assert.equal(await figure('examhall_rooms_taken_total'), 1);
    const text = await metrics.metrics();
    const ids = [exam.planId, exam.roomId, ...exam.examinees.map(({ _id }) => _id)];
    for (const id of ids) assert.ok(!text.includes(id), id);
  });
});
