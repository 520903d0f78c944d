// One entry of a time line in words: what happened, and what belongs to it. Pure but for the texts; never what was answered.
import type { TimelineEntry, Who } from '../../../schema/person-timeline.ts';
import { instantText, lengthText } from '../../shared/time.ts';
import { t } from '../texts/texts.ts';

export type LineWords = {
  readonly what: string;
  /** Facts beside it, in a row. */
  readonly beside: readonly string[];
  /** What a person wrote. */
  readonly said: string;
};

type Entry<K extends TimelineEntry['kind']> = Extract<TimelineEntry, { kind: K }>;

const MINUTE_MS = 60_000;

export function wordsOf(entry: TimelineEntry): LineWords {
  const words = t().line;
  switch (entry.kind) {
    case 'entered':
      return plain(
        entry.again ? words.back(entry.device) : words.entered(entry.device),
        entry.anotherDevice ? [words.otherDevice] : [],
      );
    case 'ready':
      return plain(words.ready);
    case 'began':
      return plain(words.began);
    case 'device.waiting':
      return plain(words.deviceWaiting);
    case 'link.lost':
      return plain(entry.until === 0 ? words.linkLost : words.linkLostUntil(instantText(entry.until)));
    case 'link.back':
      return plain(words.linkBack(lengthText(entry.ms)));
    case 'answers.saved':
      return plain(
        words.saved(entry.count, entry.itemCount),
        entry.lateCount === 0 ? [] : [words.late(entry.lateCount)],
      );
    case 'answers.held':
      return plain(words.held(entry.count));
    case 'answer.decided':
      return plain(words.decided[entry.to]);
    case 'sheet':
      return plain(entry.to === 'submitted' ? words.submitted(entry.itemCount) : words.timedOut(entry.itemCount));
    case 'moved':
      return plain(words.moved);
    case 'incident':
      return {
        what: words.incident(t().incidents.kinds[entry.incident]),
        beside: incidentFacts(entry),
        said: entry.note,
      };
    case 'incident.handled': {
      const what = words.handled(t().incidents.kinds[entry.incident], t().incidents.states[entry.to]);
      return { what, beside: by(entry.by), said: entry.note };
    }
    case 'control':
      return controlWords(entry);
    case 'call':
      return { what: words.hand, beside: [], said: entry.question };
    case 'call.ended':
      return { what: words.handEnded(t().calls.states[entry.to]), beside: by(entry.by), said: entry.answer };
    case 'identity':
      return { what: words.identity(entry.confirmed), beside: by(entry.by), said: entry.note };
    case 'claim':
      return plain(words.claim[entry.to], by(entry.by));
    case 'log':
      return plain(words.log(entry.name));
  }
}

function controlWords(entry: Entry<'control'>): LineWords {
  const words = t().line;
  const length = entry.extraMs === 0 ? [] : [lengthText(entry.extraMs), t().controls.times[entry.time]];
  const ledger = [
    entry.deliveredAt === 0 ? words.notDelivered : words.delivered(instantText(entry.deliveredAt)),
    ...(entry.confirmedAt === 0 ? [] : [words.confirmedAt(instantText(entry.confirmedAt))]),
  ];
  return {
    what: words.control(t().controls.names[entry.action]),
    beside: [
      ...(entry.undoes === null ? [] : [words.undone]),
      ...length,
      ...(entry.isForRoom ? [words.forRoom] : []),
      ...by(entry.by),
      ...ledger,
    ],
    said: [entry.text, entry.reason].filter(Boolean).join(' · '),
  };
}

function incidentFacts(entry: Entry<'incident'>): readonly string[] {
  const { times, sources, states } = t().incidents;
  return [times(entry.count), sources[entry.source], states[entry.state], ...by(entry.by)];
}

function by(who: Who): readonly string[] {
  return who === null || who.label === '' ? [] : [t().common.by(who.label)];
}

function plain(what: string, beside: readonly string[] = []): LineWords {
  return { what, beside, said: '' };
}

/** Answers are counted by the minute; anything else has its second. */
export function momentOf(entry: TimelineEntry): string {
  return entry.kind === 'answers.saved' && entry.minute % MINUTE_MS === 0
    ? instantText(entry.minute, false)
    : instantText(entry.at);
}
