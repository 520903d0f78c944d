// What the proctor's page says, in Korean; by area.
import type { ProctorTexts } from './en.ts';
import * as board from './ko/board.ts';
import * as common from './ko/common.ts';
import * as controls from './ko/controls.ts';
import * as incidents from './ko/incidents.ts';
import * as login from './ko/login.ts';
import * as person from './ko/person.ts';
import * as report from './ko/report.ts';

export const ko: ProctorTexts = { ...board, ...common, ...controls, ...incidents, ...login, ...person, ...report };
