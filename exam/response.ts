// Whether a response fits its item: kind, options, size. Used by the room before an answer is taken, and by the client
// before it is sent.
import { namedFile } from '../schema/answer-files.ts';
import type { Item, Response } from '../schema/answers.ts';
import { LIMITS } from '../schema/limits.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';

/** The UTF-8 bytes of a text; lone surrogates count as three, as they are encoded. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index++;
    } else bytes += 3;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Undefined where the response fits, else ANSWER_TOO_LARGE or ANSWER_INVALID with what is allowed. Null always fits. */
export function checkResponse(item: Item, response: Response): Refusal | undefined {
  if (response === null) return undefined;
  switch (item.kind) {
    case 'singleChoice':
      return hasOption(item, response)
        ? undefined
        : refuse('ANSWER_INVALID', `Item ${item.number} takes one of its options.`);
    case 'multipleChoice':
      return areOptions(item, response)
        ? undefined
        : refuse('ANSWER_INVALID', `Item ${item.number} takes a list of its options, each once.`);
    case 'number':
      return typeof response === 'number' && Number.isFinite(response)
        ? undefined
        : refuse('ANSWER_INVALID', `Item ${item.number} takes a finite number.`);
    case 'shortText':
    case 'essay':
      return checkText(item, response);
    case 'file':
      return namedFile(response) === undefined
        ? refuse('ANSWER_INVALID', `Item ${item.number} takes a file that was brought to it.`)
        : undefined;
  }
}

function checkText(item: Item, response: Response): Refusal | undefined {
  if (typeof response !== 'string') return refuse('ANSWER_INVALID', `Item ${item.number} takes a text.`);
  const most = Math.min(item.maxLength ?? LIMITS.answerBytes, LIMITS.answerBytes);
  if (response.length * 3 <= most || utf8Bytes(response) <= most) return undefined;
  return refuse('ANSWER_TOO_LARGE', `Item ${item.number} takes at most ${most} bytes of UTF-8.`);
}

function hasOption(item: Item, id: unknown): boolean {
  return item.options.some((option) => option.id === id);
}

function areOptions(item: Item, response: Response): boolean {
  if (!Array.isArray(response)) return false;
  return new Set(response).size === response.length && response.every((id) => hasOption(item, id));
}
