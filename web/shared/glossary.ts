// One word for one thing, in every language: the words of docs/architecture.md as people read them. Texts of the pages use
// these and no others for the same thing.
import type { Language } from './language.ts';

export const GLOSSARY = {
  plan: { en: 'exam', ko: '시험' },
  seat: { en: 'seat', ko: '좌석' },
  room: { en: 'room', ko: '시험실' },
  examinee: { en: 'examinee', ko: '응시자' },
  proctor: { en: 'proctor', ko: '감독관' },
  admin: { en: 'administrator', ko: '관리자' },
  paper: { en: 'paper', ko: '시험지' },
  item: { en: 'question', ko: '문항' },
  option: { en: 'option', ko: '선택지' },
  sheet: { en: 'answer sheet', ko: '답안지' },
  answer: { en: 'answer', ko: '답안' },
  incident: { en: 'incident', ko: '이상 징후' },
  control: { en: 'command', ko: '명령' },
  notice: { en: 'notice', ko: '공지' },
  signal: { en: 'signal', ko: '신호' },
  log: { en: 'log', ko: '기록' },
  code: { en: 'code', ko: '응시 코드' },
  saved: { en: 'saved', ko: '저장됨' },
  notSaved: { en: 'not saved yet', ko: '아직 저장되지 않음' },
  submit: { en: 'submit', ko: '제출' },
  timeLeft: { en: 'time left', ko: '남은 시간' },
  extraTime: { en: 'extra time', ko: '추가 시간' },
  device: { en: 'device', ko: '기기' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;

export type Word = keyof typeof GLOSSARY;
