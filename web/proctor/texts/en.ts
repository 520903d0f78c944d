// What the proctor's page says, in English; by area.
import * as board from './en/board.ts';
import * as common from './en/common.ts';
import * as controls from './en/controls.ts';
import * as incidents from './en/incidents.ts';
import * as login from './en/login.ts';
import * as person from './en/person.ts';
import * as report from './en/report.ts';

export const en = { ...board, ...common, ...controls, ...incidents, ...login, ...person, ...report };

export type ProctorTexts = typeof en;
