// What the proctor's page says, in Korean.
import type { ProctorTexts } from './en.ts';

export const ko: ProctorTexts = {
  title: '감독관',
};
