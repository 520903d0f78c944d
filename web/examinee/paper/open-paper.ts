// The paper that lies on the desk: its items, where one is in it, and its pictures as addresses of this page.
import { createContext, createMemo, onCleanup, useContext } from 'solid-js';
import type { Item } from '../../../schema/answers.ts';
import type { Navigation } from '../../../schema/navigation.ts';
import type { Picture } from '../../../schema/paper.ts';
import type { ShownPicture } from '../../shared/RichText.tsx';
import type { Seat } from '../seat.ts';
import { isAnswered } from '../session/truth.ts';
import { indexOf, mayGo, type PaperIndex, reachedPlace } from './paper-index.ts';

export type OpenPaper = {
  index(): PaperIndex;
  navigation(): Navigation;
  /** Counts from 0. */
  place(): number;
  reached(): number;
  item(): Item | undefined;
  go(place: number): void;
  goToItem(number: number): void;
  pictures(): ReadonlyMap<string, ShownPicture>;
  /** Items by what is to be said of them before submitting. */
  open(): readonly Item[];
  flagged(): readonly Item[];
  unsaved(): readonly Item[];
  unread(): readonly Item[];
  /** A file is on its way. */
  underway(): readonly Item[];
};

const PaperContext = createContext<OpenPaper>();
export const PaperProvider = PaperContext.Provider;

export function usePaper(): OpenPaper {
  const paper = useContext(PaperContext);
  if (paper === undefined) throw new Error('there is no paper here');
  return paper;
}

/** Follows the seat as long as its owner lives. */
export function openPaper(seat: Seat): OpenPaper {
  const { now } = seat.sitting;
  const { marks } = seat;
  const index = createMemo(() => indexOf(now.paper ?? { items: [], sections: [] }));
  const navigation = () => seat.facts().navigation;
  const answered = createMemo(() =>
    Object.values(now.answers)
      .filter(isAnswered)
      .map(({ item }) => item),
  );
  const reached = createMemo(() => reachedPlace(index(), marks.now.reached, answered()));
  const place = () => (navigation() === 'forward' ? reached() : Math.min(marks.now.place, index().items.length - 1));
  const go = (to: number) => {
    if (to >= 0 && to < index().items.length && mayGo(navigation(), reached(), to)) marks.go(to);
  };
  const itemsOf = (fits: (item: Item) => boolean) => () => index().items.filter(fits);
  return {
    index,
    navigation,
    place,
    reached,
    item: () => index().items[place()],
    go,
    goToItem: (number) => go(index().items.findIndex((item) => item.number === number)),
    pictures: createPictures(() => now.paper?.pictures ?? []),
    open: itemsOf(({ number }) => !isAnswered(now.answers[number])),
    flagged: itemsOf(({ number }) => marks.now.flags.includes(number)),
    unsaved: itemsOf(({ number }) => {
      const { kind } = seat.truth(number);
      return kind === 'waiting' || kind === 'typing' || kind === 'sending' || kind === 'refused';
    }),
    unread: itemsOf(({ number }) => (marks.now.unread[number] ?? '') !== ''),
    underway: itemsOf(({ number }) => seat.sitting.files.now[number]?.kind === 'sending'),
  };
}

function createPictures(all: () => readonly Picture[]): () => ReadonlyMap<string, ShownPicture> {
  let made: string[] = [];
  const free = () => {
    for (const address of made) URL.revokeObjectURL(address);
    made = [];
  };
  onCleanup(free);
  return createMemo(() => {
    free();
    return new Map(
      all().map(({ name, type, alt, data }) => {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        const address = URL.createObjectURL(new Blob([bytes], { type }));
        made.push(address);
        return [name, { address, alt }];
      }),
    );
  });
}
