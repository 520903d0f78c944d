// What the examinee's page says, in English. Each sentence says what happened, what is safe, or what to do.

export const en = {
  title: 'Enter your exam',
};

export type ExamineeTexts = typeof en;
