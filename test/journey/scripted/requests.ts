// What REST refuses while the scripted exam runs. Nothing of it may leave an entry.
import type { Request, Step } from './steps.ts';

const ask = (refused: Request['refused'], who: Request['who'], asked: string, rest: Partial<Request> = {}): Request => {
  const path = asked.slice(asked.indexOf(' ') + 1);
  return { who, method: asked.split(' ')[0] as Request['method'], path, refused, ...rest };
};
const NOBODY = 'nobody-0123456789';
const stop = (controlId: string) => ({ controlId, action: 'pause', roomId: '{red}', reason: '' });

export const REQUESTS: readonly Step[] = [
  {
    does: 'ask',
    title: 'strangers are turned away',
    asks: [
      ask('LOGIN_REQUIRED', 'nobody', 'GET /plans/{plan}'),
      ask('LOGIN_REFUSED', 'nobody', 'POST /login', { body: { login: NOBODY, password: 'not the password' } }),
      ask('LINK_SPENT', 'nobody', `POST /links/${'x'.repeat(43)}`, {
        body: { login: NOBODY, password: 'a password of ten' },
      }),
      ask('CODE_UNKNOWN', 'nobody', 'POST /enter', {
        body: { code: 'ZZZZ-ZZZZ-ZZ', deviceKey: 'device-of-nobody', entryId: 'nobody-knows' },
      }),
      ask('TOO_MANY_TRIES', 'nobody', 'POST /enter', {
        times: 12,
        body: { code: 'ZZZZ-ZZZZ-ZZ', deviceKey: 'device-of-nobody', entryId: 'nobody-knows' },
      }),
      ask('PERMISSION_DENIED', 'bae', 'POST /plans/{plan}/controls', {
        body: { controlId: 'aControlOfBaes00', action: 'pause', roomId: '{blue}', reason: '' },
      }),
      ask('PERMISSION_DENIED', 'machine', 'POST /plans/{plan}/controls', { body: stop('aMachinesControl') }),
    ],
  },
  {
    does: 'ask',
    title: 'things that are not there',
    asks: [
      ask('ROUTE_UNKNOWN', 'admin', 'GET /nowhere'),
      ask('PLAN_UNKNOWN', 'admin', 'GET /plans/nosuchplan000000'),
      ask('PAPER_UNKNOWN', 'admin', 'GET /papers/nosuchpaper00000'),
      ask('ROOM_UNKNOWN', 'admin', 'POST /plans/{plan}/controls', {
        body: { ...stop('aControlOfNoRoom'), roomId: 'nosuchroom000000' },
      }),
      ask('EXAMINEE_UNKNOWN', 'admin', 'POST /plans/{plan}/controls', {
        body: { controlId: 'aControlForNone0', action: 'pause', examineeIds: ['nosuchexaminee00'], reason: '' },
      }),
      ask('CONTROL_UNKNOWN', 'admin', 'GET /controls/nosuchcontrol000'),
      ask('INCIDENT_UNKNOWN', 'admin', 'GET /incidents/nosuchincident00'),
      ask('RESULT_UNKNOWN', 'admin', 'GET /plans/{plan}/statistics'),
      ask('FILE_UNKNOWN', 'admin', 'GET /files/sheet.{red 1}'),
      ask('PHOTO_UNKNOWN', 'admin', 'GET /examinees/{red 1}/photo'),
    ],
  },
  {
    does: 'ask',
    title: 'requests that are none',
    asks: [
      ask('REQUEST_INVALID', 'admin', 'POST /plans/{plan}/controls', { body: { action: 'dance' } }),
      ask('METHOD_REFUSED', 'admin', 'PUT /plans'),
      ask('REQUEST_TOO_LARGE', 'admin', 'POST /plans/{plan}/controls', { body: { reason: 'x'.repeat(3_000_000) } }),
      ask('KEY_MISSING', 'admin', 'POST /plans/{plan}/controls', {
        body: stop('aControlNoKey000'),
        headers: { 'idempotency-key': 'short' },
      }),
      ask('PHOTO_INVALID', 'admin', 'PUT /examinees/{red 1}/photo', { body: { no: 'photo' } }),
      ask('CONTROL_REUSED', 'admin', 'POST /plans/{plan}/controls', { body: stop('{the opening}') }),
      ask('NAME_TAKEN', 'admin', 'POST /plans/{plan}/proctors', {
        body: { label: 'twice', login: '{login of ahn}', password: 'a password of ten', roomIds: ['{red}'] },
      }),
      ask('PLAN_NOT_DRAFT', 'admin', 'POST /plans/{plan}/rooms', { body: { rooms: [{ label: 'yellow' }] } }),
      ask('TRANSITION_REFUSED', 'admin', 'POST /plans/{plan}/schedule', { body: {} }),
      ask('MARK_REFUSED', 'admin', 'PUT /examinees/{red 1}/marks/1', {
        body: { revision: 1, points: 0, reason: 'the sheet is not settled' },
      }),
    ],
  },
];
