// What this tab tells the others that look on: how everything stands, once a second and with each change, and each answer as
// it gets safer. Not each key: an answer is told when it is on its way.
import { createEffect, createMemo, onCleanup } from 'solid-js';
import { namedFile } from '../../../schema/answer-files.ts';
import { ticking } from '../../shared/now.ts';
import { clockText } from '../../shared/time.ts';
import { ownCode } from '../device/own-code.ts';
import type { Tabs } from '../device/tabs.ts';
import { responseText } from '../paper/response-text.ts';
import { truthText } from '../paper/TruthLine.tsx';
import type { Seat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { networkText } from './network-text.ts';
import { sheetText } from './sheet-text.ts';

/** Follows the seat as long as its owner lives. */
export function tellOtherTabs(tabs: Tabs, seat: Seat): void {
  const { now } = seat.sitting;
  const summary = createMemo(() => {
    ticking();
    return JSON.stringify({
      code: ownCode(),
      title: now.info.plan.name,
      label: now.info.examinee.label,
      sheet: sheetText(seat.sheetLine(), now.isStorageBroken),
      network: networkText(seat.networkLine(), now.isStorageBroken),
      timeLeft: now.room.deadlineAt === 0 ? '' : clockText(seat.leftMs()),
    });
  });
  createEffect(() => tabs.tell(JSON.parse(summary())));
  tellAnswers(tabs, seat);
  onCleanup(() => tabs.forget());
}

function tellAnswers(tabs: Tabs, seat: Seat): void {
  const { now } = seat.sitting;
  const told = new Map<number, string>();
  createEffect(() => {
    const { paper } = now;
    if (paper === undefined) return;
    for (const { item: number, revision, response } of Object.values(now.answers)) {
      const state = seat.truth(number);
      const truth = truthText(state);
      const mark = `${revision} ${truth}`;
      if (state.kind === 'typing' || told.get(number) === mark) continue;
      told.set(number, mark);
      const item = paper.items.find((one) => one.number === number);
      const isFile = item?.kind === 'file' && namedFile(response) !== undefined;
      const text = isFile ? t().file.there : responseText(item, response);
      tabs.tellAnswer({ item: number, title: t().choices.item(number), text, truth });
    }
  });
}
