// What the examinee's page says, in Korean.
import type { ExamineeTexts } from './en.ts';
import { calls, choices, device, end, notices, safety, seen, tabs, view } from './ko/around.ts';
import { enter, waiting, welcome } from './ko/enter.ts';
import { clock, file, network, paper, sheet, submit, truth } from './ko/paper.ts';

export const ko: ExamineeTexts = {
  title: '시험 입장',
  enter,
  welcome,
  waiting,
  paper,
  file,
  truth,
  sheet,
  network,
  clock,
  submit,
  notices,
  calls,
  seen,
  view,
  safety,
  choices,
  tabs,
  device,
  end,
};
