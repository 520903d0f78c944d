// What the proctor's page says, in English.

export const en = {
  title: 'Proctor',
};

export type ProctorTexts = typeof en;
