// The keys of the board as they are unless they are changed.
export type ShortcutName = 'next' | 'previous' | 'act' | 'take' | 'search' | 'view' | 'close';

export const KEYS: Readonly<Record<ShortcutName, string>> = {
  next: 'j',
  previous: 'k',
  act: 'a',
  take: 't',
  search: 's',
  view: 'v',
  close: 'x',
};
