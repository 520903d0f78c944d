// A paper and a roster of the same shape as real ones: as many items of the same kinds with as many options, texts and
// pictures of the same size, as many people in as many rooms on the same seats with the same extra time. Nothing that is
// asked and nobody's name is in it, so that no question leaks through a rehearsal. Pure. Called by loadtest/rehearse.ts.
import type { Item, KeyEntry } from '../../schema/answers.ts';
import { bytesOfPicture, type Picture, type Section } from '../../schema/paper.ts';
import type { PhotoType } from '../../schema/photos.ts';
import type { ExamineeView, PaperView, RoomView } from '../../schema/replies.ts';
import { type Random, seededRandom } from '../random.ts';
import type { RehearsalRequest, RehearsalRoom } from '../rehearsal.ts';

/** What is read of the real plan. */
export type RealExam = {
  readonly paper: Pick<PaperView, 'items' | 'sections' | 'pictures'>;
  readonly rooms: readonly Pick<RoomView, 'roomId'>[];
  readonly examinees: readonly Pick<ExamineeView, 'roomId' | 'seat' | 'extraMs' | 'status'>[];
};

export type Shape = Pick<RehearsalRequest, 'items' | 'key' | 'sections' | 'pictures' | 'rooms'>;

const WORDS = 'river letter winter bridge garden number window paper silver morning table forest ';
/** What a text may have, whatever it is written in. */
const MOST_CHARACTERS = 20_000;
/** How a file of each type begins; whoever stores a picture looks at that alone. */
const HEADS: Readonly<Record<PhotoType, readonly number[]>> = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/webp': [...Buffer.from('RIFF....WEBP', 'latin1')],
};

/** The shape without whoever was taken off the roster, and without rooms in which nobody sits. */
export function sameShape({ paper, rooms, examinees }: RealExam): Shape {
  const items = paper.items.map(sameItem);
  const random = seededRandom('pictures');
  return {
    items,
    key: keyOf(items),
    sections: paper.sections.map(sameSection),
    pictures: paper.pictures.map((picture, index) => samePicture(picture, index, random)),
    rooms: sameRooms(rooms, examinees),
  };
}

function sameItem(real: Item): Item {
  const { number, kind, text, options, maxLength, words, file } = real;
  return {
    ...{ number, kind, name: `item ${number}`, text: filler(text) },
    options: options.map((option, index) => ({ id: optionId(index), text: filler(option.text) })),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(words === undefined ? {} : { words }),
    ...(file === undefined ? {} : { file }),
  };
}

/** A letter; a choice has at most as many options as there are letters. */
function optionId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function sameSection({ text, fromItem }: Section, index: number): Section {
  return { title: `section ${index + 1}`, text: filler(text), fromItem };
}

function samePicture(real: Picture, index: number, random: Random): Picture {
  const size = bytesOfPicture(real);
  const bytes = Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  Buffer.from(HEADS[real.type]).copy(bytes);
  return {
    name: `picture-${index + 1}`,
    type: real.type,
    alt: filler(real.alt).trim(),
    data: bytes.toString('base64'),
  };
}

/** Words that mean nothing, with as many bytes as the text has. */
function filler(text: string): string {
  const bytes = Math.min(MOST_CHARACTERS, Buffer.byteLength(text));
  return WORDS.repeat(Math.ceil(bytes / WORDS.length)).slice(0, bytes);
}

/** Something is right for each item that a machine scores; where there is none, people mark the first one. */
function keyOf(items: readonly Item[]): KeyEntry[] {
  const entries = items.flatMap((item) => entryOf(item) ?? []);
  const [first] = items;
  if (entries.length > 0 || first === undefined) return entries;
  return [{ item: first.number, kind: first.kind === 'file' ? 'file' : 'essay', points: 1_000 }];
}

function entryOf({ number, kind }: Item): KeyEntry | undefined {
  const item = { item: number, points: 1_000 };
  switch (kind) {
    case 'singleChoice':
      return { ...item, kind, correct: optionId(0) };
    case 'multipleChoice':
      return { ...item, kind, correct: [optionId(0), optionId(1)] };
    case 'shortText':
      return { ...item, kind, correct: ['river'] };
    case 'number':
      return { ...item, kind, correct: 5, tolerance: 2 };
    case 'essay':
    case 'file':
      return undefined;
  }
}

function sameRooms(rooms: RealExam['rooms'], examinees: RealExam['examinees']): RehearsalRoom[] {
  const seated = examinees.filter(({ status }) => status !== 'removed');
  let people = 0;
  return rooms
    .map(({ roomId }) => seated.filter((examinee) => examinee.roomId === roomId))
    .filter((inRoom) => inRoom.length > 0)
    .map((inRoom, index) => ({
      label: `rehearsal room ${index + 1}`,
      examinees: inRoom.map(({ extraMs, seat }) => {
        people += 1;
        return { label: `rehearsal examinee ${people}`, extraMs, ...(seat === null ? {} : { seat }) };
      }),
    }));
}
