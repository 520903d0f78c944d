// Answers of a device before, which the room offers because this session has written their items since: a person chooses.
// What is taken becomes an answer of this session before the room hears of the choice, so that a lost message loses
// nothing. Called by session.
import type { Answer } from '../schema/answers.ts';
import type { HeldChoice } from '../schema/held-answers.ts';
import type { Incoming } from '../schema/messages.ts';

export type Offers = {
  /** The room offers it; again where it was not chosen yet. */
  offered(answer: Answer): void;
  /** The choice is stored, or was before. */
  settled(revision: number): void;
  /** What is offered and not chosen yet, by revision. */
  all(): readonly Answer[];
  /** Unknown ones are ignored. */
  choose(revision: number, choice: HeldChoice): void;
  /** A new link: choices of which nothing was heard are said again. */
  linked(): void;
};

export type OffersParts = {
  /** A new one is there. */
  show(answer: Answer): void;
  /** Writes it as an answer of this session. */
  take(answer: Answer): void;
  say(message: Incoming<'held.choose'>): void;
};

/** No offers yet. */
export function createOffers({ show, take, say }: OffersParts): Offers {
  const open = new Map<number, Answer>();
  const said = new Map<number, Incoming<'held.choose'>>();
  return {
    offered(answer) {
      const known = said.get(answer.revision);
      if (known !== undefined) return say(known);
      if (open.has(answer.revision)) return;
      open.set(answer.revision, answer);
      show(answer);
    },
    settled(revision) {
      said.delete(revision);
      open.delete(revision);
    },
    all: () => [...open.values()],
    choose(revision, choice) {
      const answer = open.get(revision);
      if (answer === undefined) return;
      open.delete(revision);
      if (choice === 'take') take(answer);
      const message = { item: answer.item, revision, choice };
      said.set(revision, message);
      say(message);
    },
    linked() {
      for (const message of said.values()) say(message);
    },
  };
}
