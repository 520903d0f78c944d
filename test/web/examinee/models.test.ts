// What the examinee's page decides without a browser: which screen, where one may go, how a number and a code are read.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EXAMINEE_STATES, ROOM_STATES } from '../../../schema/states.ts';
import { fitsRoom, placeHash, readEntryLink, tidyCode } from '../../../web/examinee/device/entry-link.ts';
import { heardOf } from '../../../web/examinee/device/heard.ts';
import { marksOf, NO_MARKS } from '../../../web/examinee/device/marks.ts';
import { receiptOf } from '../../../web/examinee/device/own-receipt.ts';
import { hashGroups, receiptText } from '../../../web/examinee/end/receipt-text.ts';
import { codeFault } from '../../../web/examinee/enter/code-check.ts';
import { toConfirm, toShow } from '../../../web/examinee/notices/messages.ts';
import { readNumber } from '../../../web/examinee/paper/number-text.ts';
import { bySection, indexOf, mayGo, reachedPlace, sectionOf } from '../../../web/examinee/paper/paper-index.ts';
import { wordCount } from '../../../web/examinee/paper/word-count.ts';
import { networkLineOf } from '../../../web/examinee/session/network-line.ts';
import { type StageFacts, stageOf } from '../../../web/examinee/session/stage.ts';

const FACTS: StageFacts = {
  status: 'answering',
  admission: 'admitted',
  room: 'running',
  link: 'online',
  hasAgreed: true,
  hasPaper: true,
  isHeld: false,
  isLocked: false,
  hasRunOut: false,
};

describe('the screen of an examinee', () => {
  it('follows from what the server has said', () => {
    assert.equal(stageOf(FACTS), 'paper');
    assert.equal(stageOf({ ...FACTS, hasAgreed: false }), 'welcome');
    assert.equal(stageOf({ ...FACTS, admission: 'waiting' }), 'admission');
    assert.equal(stageOf({ ...FACTS, room: 'open' }), 'waiting');
    assert.equal(stageOf({ ...FACTS, hasPaper: false }), 'loading');
    assert.equal(stageOf({ ...FACTS, isHeld: true }), 'paused');
    assert.equal(stageOf({ ...FACTS, isHeld: true, isLocked: true }), 'paper');
    assert.equal(stageOf({ ...FACTS, hasRunOut: true }), 'over');
    assert.equal(stageOf({ ...FACTS, status: 'submitted', hasAgreed: false }), 'submitted');
  });

  it('never shows the paper before the start, to who is not let in, or after the end', () => {
    const facts = fc.record({
      ...Object.fromEntries(
        ['hasAgreed', 'hasPaper', 'isHeld', 'isLocked', 'hasRunOut'].map((name) => [name, fc.boolean()]),
      ),
      status: fc.constantFrom(...EXAMINEE_STATES),
      admission: fc.constantFrom('waiting', 'admitted', 'refused'),
      room: fc.constantFrom(...ROOM_STATES),
      link: fc.constantFrom('online', 'reconnecting'),
    }) as fc.Arbitrary<StageFacts>;
    fc.assert(
      fc.property(facts, (one) => {
        if (stageOf(one) !== 'paper') return;
        assert.equal(one.room, 'running');
        assert.equal(one.admission, 'admitted');
        assert.ok(one.hasPaper && one.hasAgreed && !one.hasRunOut);
        assert.ok(!['submitted', 'timed-out', 'removed', 'absent'].includes(one.status));
      }),
    );
  });

  it('says that the server is being restarted only where the link knows it', () => {
    assert.equal(networkLineOf('reconnecting', 'restarting', 'socket'), 'restarting');
    assert.equal(networkLineOf('reconnecting', undefined, 'socket'), 'offline');
    assert.equal(networkLineOf('online', 'restarting', 'socket'), 'connected');
  });

  it('[S17] says that the connection is limited while answers go another way, and never of a link that is up or over', () => {
    assert.equal(networkLineOf('connecting', undefined, 'http'), 'limited');
    assert.equal(networkLineOf('reconnecting', 'restarting', 'http'), 'limited');
    assert.equal(networkLineOf('online', undefined, 'http'), 'connected');
    assert.equal(networkLineOf('fenced', undefined, 'http'), 'fenced');
  });
});

describe('a paper that is gone through', () => {
  const item = (number: number) => ({ number, name: `q${number}`, kind: 'essay' as const, text: '', options: [] });
  const index = indexOf({
    items: [item(3), item(1), item(2)],
    sections: [
      { title: 'Second', text: '', fromItem: 3 },
      { title: 'First', text: '', fromItem: 2 },
    ],
  });

  it('has its items in order, each in its section', () => {
    assert.deepEqual(
      index.items.map(({ number }) => number),
      [1, 2, 3],
    );
    assert.equal(sectionOf(index, 1), undefined);
    assert.equal(sectionOf(index, 2)?.title, 'First');
    assert.deepEqual(
      bySection(index).map(({ section, items }) => [section?.title, items.length]),
      [
        [undefined, 1],
        ['First', 1],
        ['Second', 1],
      ],
    );
  });

  it('goes anywhere, or only one step forward', () => {
    assert.ok(mayGo('free', 0, 2));
    assert.ok(mayGo('forward', 0, 1));
    assert.ok(!mayGo('forward', 1, 0));
    assert.ok(!mayGo('forward', 0, 2));
    assert.equal(reachedPlace(index, 0, [2]), 1);
    assert.equal(reachedPlace(index, 9, []), 2);
  });
});

describe('a number as people type it', () => {
  it('has a comma or a point, and is never guessed at', () => {
    const read = (text: string) => {
      const given = readNumber(text);
      return given.kind === 'number' ? given.value : given.kind;
    };
    assert.deepEqual(['3.5', '3,5', ' 1 200 ', '−4', '.5', '1e3', ''].map(read), [
      3.5,
      3.5,
      1_200,
      -4,
      0.5,
      1_000,
      'empty',
    ]);
    assert.deepEqual(['twelve', '1.2.3', '1,200.5', '--1', '1/2'].map(read), Array(5).fill('unread'));
  });

  it('is read as what it is, whatever it is', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.deepEqual(readNumber(String(value)), { kind: 'number', value: Number(String(value)) });
      }),
    );
  });
});

describe('words of a text', () => {
  it('are counted as people count them, in any script', () => {
    assert.equal(wordCount("It doesn't flow – it falls."), 5);
    assert.equal(wordCount('강은 산에서 바다로 흐릅니다.'), 4);
    assert.equal(wordCount(' \n '), 0);
    assert.ok(wordCount('河流从山上流下来') > 2);
  });
});

describe('what is typed and kept at a device', () => {
  it('is a code in any case, with blanks and dashes, and a slip is named', () => {
    assert.equal(tidyCode(' abcd-efgh 23 '), 'ABCDEFGH23');
    assert.equal(codeFault('abcd-efgh 23'), undefined);
    assert.deepEqual(codeFault('ABC'), { kind: 'short', missing: 7 });
    assert.deepEqual(codeFault('ABCDEFGH234'), { kind: 'long' });
    assert.deepEqual(codeFault('ABCDEFGH0O'), { kind: 'signs' });
  });

  it('is a link with a code and the room of the place', () => {
    assert.deepEqual(readEntryLink('#code=abcd-efgh23&room=Room%207'), { code: 'ABCDEFGH23', room: 'Room 7' });
    assert.equal(placeHash(readEntryLink('#code=abcd-efgh23&room=Room%207')), '#room=Room%207');
    assert.deepEqual(readEntryLink(''), { code: '', room: '' });
    assert.ok(fitsRoom('room 7', { roomId: 'x', label: 'Room 7' }));
    assert.ok(!fitsRoom('Room 8', { roomId: 'x', label: 'Room 7' }));
  });

  it('survives a storage that somebody has written to', () => {
    fc.assert(
      fc.property(fc.anything(), (kept) => {
        const marks = marksOf(kept);
        assert.deepEqual(Object.keys(marks).sort(), Object.keys(NO_MARKS).sort());
        assert.ok(marks.flags.every(Number.isInteger));
        assert.deepEqual(heardOf(kept), { controls: [], done: [] });
        assert.equal(receiptOf(kept, 'ABCDEFGH23'), undefined);
      }),
    );
  });
});

describe('messages and receipts', () => {
  const told = (controlId: string, mustConfirm: boolean) =>
    ({ controlId, action: 'notice', at: 1, reason: '', text: 'x', mustConfirm }) as const;

  it('stand in the way, oldest first, only where they must be confirmed', () => {
    const all = [told('a', false), told('b', true), told('c', true)];
    assert.deepEqual(
      toConfirm(all, ['b']).map(({ controlId }) => controlId),
      ['c'],
    );
    assert.deepEqual(
      toShow(all, []).map(({ controlId }) => controlId),
      ['a'],
    );
  });

  it('are text that can be kept and compared', () => {
    assert.equal(hashGroups('abcdefghij'), 'abcd efgh ij');
    assert.equal(receiptText('Receipt', [['Answers', '5']]), 'Receipt\r\n\r\nAnswers: 5\r\n');
  });
});
