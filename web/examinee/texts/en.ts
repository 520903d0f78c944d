// What the examinee's page says, in English. Each sentence says what happened, what is safe, or what to do.
import { calls, choices, device, end, notices, safety, seen, tabs, view } from './en/around.ts';
import { enter, waiting, welcome } from './en/enter.ts';
import { clock, file, network, paper, sheet, submit, truth } from './en/paper.ts';

export const en = {
  title: 'Enter your exam',
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

export type ExamineeTexts = typeof en;
