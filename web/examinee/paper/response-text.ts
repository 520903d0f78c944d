// What was answered as it is read again: the options that were chosen, a text, a number. Pure.
import type { Item, Response } from '../../../schema/answers.ts';

/** '' where nothing was answered. */
export function responseText(item: Item | undefined, response: Response): string {
  const textOf = (id: string) => {
    const option = item?.options.find((one) => one.id === id);
    return option === undefined || option.text === '' ? id : `${id} · ${option.text}`;
  };
  if (Array.isArray(response)) return response.map(textOf).join('\n');
  const isChoice = item?.kind === 'singleChoice';
  return typeof response === 'string' && isChoice ? textOf(response) : String(response ?? '');
}
