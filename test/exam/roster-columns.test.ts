// Which column of a roster is what.
import assert from 'node:assert/strict';
import { columnsOf } from '../../exam/roster-columns.ts';

describe('columns of a roster', () => {
  it('are guessed from what headers are called in English and in Korean', () => {
    const { columns, errors } = columnsOf(
      ['수험 번호', 'Full name', '고사실', 'SEAT no.', '추가시간(분)', '학교명'],
      {},
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(columns, { number: 0, name: 1, room: 2, seat: 3, extra: 4, group: 5 });
  });

  it('are as they were said, by a name in the header or by a number', () => {
    const header = ['a', '2', 'name', 'b'];
    const said = columnsOf(header, { name: 'b', room: '1', seat: '2' });
    assert.deepEqual(said, { columns: { name: 3, room: 0, seat: 1 }, errors: [] });
  });

  it('are nothing where two fit, and whoever asked is told how to say which', () => {
    const { errors } = columnsOf(['name', 'student'], {});
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? '', /“name”, “student”/);
    assert.match(errors[0]?.allowed ?? '', /nameColumn/);
    assert.deepEqual(columnsOf(['name', 'student'], { name: 'student' }).columns, { name: 1 });
    assert.deepEqual(columnsOf(['name', 'student'], { group: 'student' }).columns, { name: 0, group: 1 });
  });

  it('are refused where a name that was said is not there, and where nobody has a label', () => {
    for (const name of ['c', '3', '0', '-1', '']) assert.equal(columnsOf(['a', 'b'], { name }).errors.length, 1, name);
    const [flaw] = columnsOf(['room', 'seat'], {}).errors;
    assert.match(flaw?.allowed ?? '', /nameColumn or numberColumn/);
  });
});
