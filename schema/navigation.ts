// In which order a plan's people answer: as they like, or forward alone. What follows from it is in exam/navigation.ts.

export const NAVIGATIONS = ['free', 'forward'] as const;
export type Navigation = (typeof NAVIGATIONS)[number];
