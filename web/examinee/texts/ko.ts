// What the examinee's page says, in Korean.
import type { ExamineeTexts } from './en.ts';

export const ko: ExamineeTexts = {
  title: '시험 입장',
};
