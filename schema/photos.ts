// Photos of examinees: which kinds there are. How they are told apart is in exam/photo.ts, how large they may be in limits.ts.

export const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PhotoType = (typeof PHOTO_TYPES)[number];
