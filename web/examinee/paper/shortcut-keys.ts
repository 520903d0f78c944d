// The single keys of the paper, as they are before anybody changes them.
export type ShortcutAction = 'next' | 'previous' | 'flag';
export const SHORTCUTS: Readonly<Record<ShortcutAction, string>> = { next: 'n', previous: 'p', flag: 'f' };
