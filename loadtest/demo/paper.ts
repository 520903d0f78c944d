// The demo's paper: ten items of all five kinds in three sections, with formulas and a picture, their key, and what people
// without a clue answer.
// Called by loadtest/demo.ts alone.
import type { Item, KeyEntry, Response } from '../../schema/answers.ts';
import type { Picture, Section } from '../../schema/paper.ts';
import { TRIANGLE } from './triangle.ts';

/** One item as the demo knows it: what is right (undefined for the essay), what else people answer, and how hard it is (in logits). */
export type DemoItem = {
  item: Item;
  key: KeyEntry | undefined;
  right: Response;
  wrong: readonly Response[];
  difficulty: number;
};

type Choices = Record<string, string>;

const PLANETS: Choices = { A: 'Mars', B: 'Venus', C: 'Jupiter', D: 'Mercury' };
const METALS: Choices = { A: 'gold', B: 'mercury', C: 'lead', D: 'tin' };
const RIVERS: Choices = { A: 'the Danube', B: 'the Rhine', C: 'the Rhône', D: 'the Po' };
const SQUARES: Choices = { A: '9', B: '14', C: '16', D: '25' };
const GASES: Choices = { A: 'oxygen', B: 'nitrogen', C: 'argon', D: 'carbon dioxide' };
const PRIMES: Choices = { A: '21', B: '23', C: '27', D: '29' };

/** The items in the order of the paper. */
export const DEMO_ITEMS: readonly DemoItem[] = [
  oneOf(1, 'Largest planet', 'Which of these planets is the largest?', PLANETS, 'C', -1.8),
  oneOf(2, 'Liquid metal', 'Which metal is liquid at room temperature?', METALS, 'B', -1.2),
  oneOf(3, 'River to the Black Sea', 'Which river ends in the Black Sea?', RIVERS, 'A', -0.3),
  someOf(
    4,
    'Square numbers',
    'Which of these are square numbers, that is $n^2$ of a whole number $n$?',
    SQUARES,
    ['A', 'C', 'D'],
    -0.6,
  ),
  oneOf(5, 'Air', 'What is most of the air?', GASES, 'B', -0.4),
  someOf(6, 'Prime numbers', 'Which of these are prime?', PRIMES, ['B', 'D'], 0.4),
  number(
    7,
    'Angle sum',
    '![triangle]\n\nHow many degrees have the angles of a triangle together?\n\n$$\\alpha + \\beta + \\gamma = {?}$$',
    180,
    0,
    [360, 90, 270],
  ),
  number(8, 'Boiling point', 'At how many degrees Celsius does water boil at sea level?', 100, 1, [90, 212, 110]),
  words(
    9,
    'Opposite of transparent',
    'Give one word for the opposite of transparent.',
    ['opaque'],
    ['visible', 'dark', 'solid'],
  ),
  {
    item: {
      number: 10,
      name: 'Essay',
      kind: 'essay',
      text: 'Why is the sky blue? A few sentences.',
      options: [],
      maxLength: 4_000,
      words: { from: 15, to: 80 },
    },
    key: undefined,
    right: 'Air scatters short waves more than long ones, so that blue light reaches us from everywhere in the sky.',
    wrong: ['Because it mirrors the sea.', 'I do not know.'],
    difficulty: 0.2,
  },
];

export const DEMO_SECTIONS: readonly Section[] = [
  { title: 'The world', text: 'Choose one answer, or all that are right where it says “which are”.', fromItem: 1 },
  { title: 'Numbers', text: 'Write the number alone, without a unit.', fromItem: 7 },
  { title: 'In your own words', text: '', fromItem: 9 },
];
export const DEMO_PICTURES: readonly Picture[] = [TRIANGLE];

/** What everybody accepts before the start. */
export const DEMO_RULES = `This is a demonstration: nothing depends on it.

You may change each answer until the end. What is marked as saved is safe, whatever becomes of this computer.

Raise your hand on the page when you need the proctor.`;

function oneOf(
  place: number,
  name: string,
  text: string,
  choices: Choices,
  correct: string,
  difficulty: number,
): DemoItem {
  const item: Item = { number: place, name, kind: 'singleChoice', text, options: optionsOf(choices) };
  const wrong = Object.keys(choices).filter((id) => id !== correct);
  return {
    item,
    key: { item: place, kind: 'singleChoice', correct, points: 1_000 },
    right: correct,
    wrong,
    difficulty,
  };
}

function someOf(
  place: number,
  name: string,
  text: string,
  choices: Choices,
  correct: string[],
  difficulty: number,
): DemoItem {
  const item: Item = { number: place, name, kind: 'multipleChoice', text, options: optionsOf(choices) };
  const wrong = [correct.slice(0, 1), ['A'], ['A', 'B'], ['C', 'D']].filter((ids) => ids.join() !== correct.join());
  return {
    item,
    key: { item: place, kind: 'multipleChoice', correct, points: 1_000 },
    right: correct,
    wrong,
    difficulty,
  };
}

function number(
  place: number,
  name: string,
  text: string,
  correct: number,
  tolerance: number,
  wrong: number[],
): DemoItem {
  const item: Item = { number: place, name, kind: 'number', text, options: [] };
  return {
    item,
    key: { item: place, kind: 'number', correct, tolerance, points: 1_000 },
    right: correct,
    wrong,
    difficulty: -0.8,
  };
}

function words(place: number, name: string, text: string, correct: [string], wrong: string[]): DemoItem {
  const item: Item = { number: place, name, kind: 'shortText', text, options: [], maxLength: 200 };
  return {
    item,
    key: { item: place, kind: 'shortText', correct, points: 1_000 },
    right: correct[0],
    wrong,
    difficulty: 0.9,
  };
}

function optionsOf(choices: Choices): Item['options'] {
  return Object.entries(choices).map(([id, text]) => ({ id, text }));
}
