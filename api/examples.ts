// One valid request for every route, and what it is about. /docs shows it, a test runs it against a whole system, and the
// permission matrix and the bad-input tests are generated from it; a route without a row fails them.
// Called by openapi.ts and by the tests of api/.
import { EXPORT_FORMAT, EXPORT_VERSION } from '../schema/export-file.ts';
import { ID_LENGTH } from '../schema/ids.ts';

export const OPTIONS = ['A', 'B', 'C'].map((id) => ({ id, text: `option ${id}` }));
export const ITEMS = [
  { number: 1, name: 'first', kind: 'singleChoice', text: 'Which?', options: OPTIONS },
  { number: 2, name: 'second', kind: 'shortText', text: 'Why?' },
];
export const ENTRIES = [
  { item: 1, kind: 'singleChoice', correct: 'B' },
  { item: 2, kind: 'shortText', correct: ['because'] },
];

/** What a request is about, seen from the people of an exam with two rooms, whose first two examinees sit in the first. */
export type About =
  | 'nobody'
  | 'each-own'
  | 'plan'
  | 'all-rooms'
  | 'first-room'
  | 'first-examinee'
  | 'first-face'
  | 'the-asker';
export type Example = { readonly path: string; readonly about: About; readonly body?: Record<string, unknown> };

/** What the requests are about. `now` is epoch ms. */
export type ExampleWorld = {
  readonly planId: string;
  readonly paperId: string;
  readonly roomIds: readonly [string, string];
  readonly examineeId: string;
  readonly code: string;
  /** A stored control of the first room, an incident raised there, an upload announced there. */
  readonly controlId: string;
  readonly incidentId: string;
  readonly uploadId: string;
  readonly proctorId: string;
  readonly adminId: string;
  readonly serviceId: string;
  /** Of a one-time link that makes an account, and of a link to a file. */
  readonly linkToken: string;
  readonly fileToken: string;
  readonly now: number;
  newId(): string;
};

/** For the documents: ids that anybody sees to be none. */
export function wordedWorld(): ExampleWorld {
  const worded = (word: string) => word.padEnd(ID_LENGTH, '0');
  return {
    planId: worded('PLAN'),
    paperId: worded('PAPER'),
    roomIds: [worded('ROOM1'), worded('ROOM2')],
    examineeId: worded('EXAMINEE'),
    code: 'ABCDE23456',
    controlId: worded('CONTROL'),
    incidentId: worded('INCIDENT'),
    uploadId: worded('UPLOAD'),
    proctorId: worded('PROCTOR'),
    adminId: worded('ADMIN'),
    serviceId: worded('SERVICE'),
    linkToken: 'x'.repeat(43),
    fileToken: `${'x'.repeat(40)}.${'x'.repeat(43)}`,
    now: Date.UTC(2030, 0, 7, 9),
    newId: () => worded('NEW'),
  };
}

/** By `METHOD /declared/path`. Bodies have every optional member. */
export function examplesOf(world: ExampleWorld): Record<string, Example> {
  const { planId, paperId, roomIds, examineeId, code, controlId, incidentId, uploadId, now, newId } = world;
  const { proctorId, adminId, serviceId, linkToken, fileToken } = world;
  const [roomId] = roomIds;
  const plan = `/v1/plans/${planId}`;
  const paper = {
    ...{ name: 'paper', items: ITEMS, sections: [{ title: 'One', text: 'See ![dot].', fromItem: 1 }] },
    pictures: [{ name: 'dot', type: 'image/png', alt: 'a dot', data: 'iVBORw0KGgo=' }],
  };
  const account = { login: `login-${newId().toLowerCase()}`, password: 'a password of ten' };
  return {
    'POST /enter': {
      path: '/v1/enter',
      about: 'nobody',
      body: { code, deviceKey: 'device-0001', entryId: newId(), roomId },
    },
    'POST /enter/proctor': { path: '/v1/enter/proctor', about: 'first-room', body: { roomId } },
    'GET /paper': { path: '/v1/paper', about: 'the-asker' },
    'GET /rooms/:roomId/paper': { path: `/v1/rooms/${roomId}/paper`, about: 'first-examinee' },
    'GET /rooms/:roomId/lost-minutes': { path: `/v1/rooms/${roomId}/lost-minutes`, about: 'first-room' },
    'GET /rooms/:roomId/report': { path: `/v1/rooms/${roomId}/report`, about: 'first-room' },
    'GET /rooms/:roomId/controls': { path: `/v1/rooms/${roomId}/controls?limit=2`, about: 'first-room' },
    'POST /login': { path: '/v1/login', about: 'nobody', body: account },
    'POST /me/password': {
      path: '/v1/me/password',
      about: 'each-own',
      body: { current: account.password, password: 'another of ten letters' },
    },
    'POST /links/:token': { path: `/v1/links/${linkToken}`, about: 'nobody', body: account },
    'GET /links/:token': { path: `/v1/links/${linkToken}`, about: 'nobody' },
    'POST /logout': { path: '/v1/logout', about: 'each-own' },
    'GET /me/presence': { path: '/v1/me/presence', about: 'each-own' },
    'GET /me/log': { path: '/v1/me/log?limit=2', about: 'each-own' },
    'GET /rooms/:roomId/logs': { path: `/v1/rooms/${roomId}/logs?limit=2`, about: 'first-room' },
    'GET /examinees/:examineeId/incidents': {
      path: `/v1/examinees/${examineeId}/incidents?limit=2`,
      about: 'first-examinee',
    },
    'GET /examinees/:examineeId/log': { path: `/v1/examinees/${examineeId}/log?limit=2`, about: 'first-examinee' },
    'GET /me': { path: '/v1/me', about: 'each-own' },
    'POST /papers': { path: '/v1/papers', about: 'nobody', body: paper },
    'GET /papers/:paperId': { path: `/v1/papers/${paperId}`, about: 'nobody' },
    'PUT /papers/:paperId/key': { path: `/v1/papers/${paperId}/key`, about: 'nobody', body: { entries: ENTRIES } },
    'POST /plans': {
      path: '/v1/plans',
      about: 'nobody',
      body: {
        name: 'plan',
        paperId,
        durationMs: 60_000,
        windowEndsAt: now + 3_600_000,
        rehearsal: true,
        lateEntry: { allowedForMs: 1 },
        plannedAt: now + 3_600_000,
        navigation: 'forward',
        rules: 'No phones.',
        noticeTemplates: [{ name: 'quiet', text: 'Quiet, please.' }],
        freeNotices: false,
        reasons: ['fire alarm', 'late bus'],
        graceMs: 10_000,
        incidentRules: { joinMs: 60_000, kinds: { paste: { from: 2, withinMs: 60_000, severity: 0.5 } } },
      },
    },
    'GET /plans': { path: '/v1/plans', about: 'each-own' },
    'GET /plans/:planId': { path: plan, about: 'plan' },
    'POST /plans/:planId/copies': { path: `${plan}/copies`, about: 'plan', body: { name: 'a copy', roster: true } },
    'PATCH /plans/:planId': { path: plan, about: 'plan', body: { name: 'another', graceMs: 5_000, reason: 'a test' } },
    'POST /plans/:planId/unschedule': { path: `${plan}/unschedule`, about: 'plan', body: { reason: 'a test' } },
    'POST /plans/:planId/archive': { path: `${plan}/archive`, about: 'plan', body: { reason: 'a test' } },
    'PUT /plans/:planId/retention': {
      path: `${plan}/retention`,
      about: 'plan',
      body: { retentionDays: 365, reason: 'a test' },
    },
    'GET /rooms/:roomId': { path: `/v1/rooms/${roomId}`, about: 'first-room' },
    'PATCH /rooms/:roomId': {
      path: `/v1/rooms/${roomId}`,
      about: 'first-room',
      body: { label: 'four', reason: 'a test' },
    },
    'DELETE /rooms/:roomId': { path: `/v1/rooms/${roomId}`, about: 'first-room' },
    'GET /examinees/:examineeId': { path: `/v1/examinees/${examineeId}`, about: 'first-room' },
    'DELETE /examinees/:examineeId': { path: `/v1/examinees/${examineeId}`, about: 'first-room' },
    'GET /plans/:planId/proctors/:proctorId': { path: `${plan}/proctors/${proctorId}`, about: 'plan' },
    'DELETE /plans/:planId/proctors/:proctorId': { path: `${plan}/proctors/${proctorId}`, about: 'plan' },
    'PATCH /plans/:planId/proctors/:proctorId': {
      path: `${plan}/proctors/${proctorId}`,
      about: 'plan',
      body: { label: 'Another Name', reason: 'a marriage' },
    },
    'DELETE /plans/:planId/proctors/:proctorId/sessions': {
      path: `${plan}/proctors/${proctorId}/sessions`,
      about: 'plan',
    },
    'PATCH /admins/:adminId': {
      path: `/v1/admins/${adminId}`,
      about: 'nobody',
      body: { password: 'another of ten letters', reason: 'it was seen' },
    },
    'DELETE /admins/:adminId/sessions': { path: `/v1/admins/${adminId}/sessions`, about: 'nobody' },
    'PATCH /services/:serviceId': {
      path: `/v1/services/${serviceId}`,
      about: 'nobody',
      body: { label: 'another camera', scopes: ['incident.raise'], lifeMs: 60_000, reason: 'a test' },
    },
    'GET /papers/:paperId/keys': { path: `/v1/papers/${paperId}/keys?limit=2`, about: 'nobody' },
    'GET /papers/:paperId/keys/:version': { path: `/v1/papers/${paperId}/keys/1`, about: 'nobody' },
    'GET /admins': { path: '/v1/admins', about: 'nobody' },
    'GET /admins/:adminId': { path: `/v1/admins/${adminId}`, about: 'nobody' },
    'DELETE /admins/:adminId': { path: `/v1/admins/${adminId}`, about: 'nobody' },
    'GET /papers': { path: '/v1/papers', about: 'nobody' },
    'DELETE /papers/:paperId': { path: `/v1/papers/${paperId}`, about: 'nobody' },
    'GET /services': { path: '/v1/services', about: 'nobody' },
    'GET /services/:serviceId': { path: `/v1/services/${serviceId}`, about: 'nobody' },
    'POST /refresh': { path: '/v1/refresh', about: 'each-own', body: {} },
    'POST /logout/everywhere': { path: '/v1/logout/everywhere', about: 'each-own', body: {} },
    'DELETE /plans/:planId': { path: plan, about: 'plan' },
    'PUT /plans/:planId/notice-templates': {
      path: `${plan}/notice-templates`,
      about: 'plan',
      body: { noticeTemplates: [{ name: 'quiet', text: 'Quiet, please.' }], freeNotices: true },
    },
    'POST /plans/:planId/schedule': { path: `${plan}/schedule`, about: 'plan', body: {} },
    'POST /plans/:planId/rooms': { path: `${plan}/rooms`, about: 'plan', body: { rooms: [{ label: 'three' }] } },
    'GET /plans/:planId/rooms': { path: `${plan}/rooms`, about: 'plan' },
    'POST /plans/:planId/examinees': {
      path: `${plan}/examinees`,
      about: 'plan',
      body: { examinees: [{ label: 'Dee', roomId, extraMs: 1 }] },
    },
    'GET /plans/:planId/examinees': { path: `${plan}/examinees?roomId=${roomId}`, about: 'first-room' },
    // What is in the file matters to a draft alone.
    'POST /plans/:planId/roster-imports': { path: `${plan}/roster-imports?order=label`, about: 'plan' },
    'POST /plans/:planId/roster-imports/check': { path: `${plan}/roster-imports/check?capacity=30`, about: 'plan' },
    'GET /plans/:planId/roster-imports': { path: `${plan}/roster-imports`, about: 'plan' },
    'GET /plans/:planId/roster-imports/:importId': { path: `${plan}/roster-imports/${newId()}`, about: 'plan' },
    'POST /plans/:planId/proctors': {
      path: `${plan}/proctors`,
      about: 'plan',
      body: { label: 'P', roomIds: [roomId], ...account },
    },
    'PUT /plans/:planId/proctors/:proctorId/assignment': {
      path: `${plan}/proctors/${proctorId}/assignment`,
      about: 'plan',
      body: { roomIds: [roomId], chief: false, version: 1 },
    },
    'GET /plans/:planId/proctors': { path: `${plan}/proctors`, about: 'plan' },
    'POST /admins': { path: '/v1/admins', about: 'nobody', body: account },
    'POST /plans/:planId/controls': {
      path: `${plan}/controls`,
      about: 'first-room',
      body: { controlId: newId(), action: 'start', at: now + 60_000, roomId, reason: 'a test' },
    },
    'GET /controls/:controlId': { path: `/v1/controls/${controlId}`, about: 'first-room' },
    'POST /services': {
      path: '/v1/services',
      about: 'nobody',
      body: { label: 'camera', scopes: ['incident.raise'], lifeMs: 60_000 },
    },
    'DELETE /services/:serviceId': { path: `/v1/services/${serviceId}`, about: 'nobody' },
    'POST /plans/:planId/incidents': {
      path: `${plan}/incidents`,
      about: 'first-room',
      body: { roomId, examineeId, kind: 'camera', severity: 0.5, at: now, note: 'a test', evidence: {} },
    },
    'GET /plans/:planId/incidents': { path: `${plan}/incidents?roomId=${roomId}&kind=camera`, about: 'first-room' },
    'GET /plans/:planId/incidents/statistics': { path: `${plan}/incidents/statistics`, about: 'plan' },
    'GET /incidents/:incidentId': { path: `/v1/incidents/${incidentId}`, about: 'first-room' },
    'POST /incidents/:incidentId/handling': {
      path: `/v1/incidents/${incidentId}/handling`,
      about: 'first-room',
      body: { to: 'acknowledged', note: 'a test', controlId, version: 1 },
    },
    'GET /plans/:planId/calls': { path: `${plan}/calls?roomId=${roomId}&state=open`, about: 'first-room' },
    'GET /plans/:planId/progress': { path: `${plan}/progress`, about: 'plan' },
    'GET /plans/:planId/overview': { path: `${plan}/overview`, about: 'plan' },
    'POST /plans/:planId/view-link': { path: `${plan}/view-link`, about: 'plan', body: { lifeMs: 60_000 } },
    'GET /progress/:planId': { path: `/v1/progress/${planId}`, about: 'nobody' },
    'POST /examinees/:examineeId/held-answers': {
      path: `/v1/examinees/${examineeId}/held-answers`,
      about: 'first-examinee',
      body: { answers: [{ item: 1, revision: 1_000_001, response: 'A' }] },
    },
    'POST /examinees/:examineeId/answers': {
      path: `/v1/examinees/${examineeId}/answers`,
      about: 'first-examinee',
      body: { answers: [{ item: 1, revision: 1_000_001, response: 'A' }] },
    },
    'POST /examinees/:examineeId/registered-answers': {
      path: `/v1/examinees/${examineeId}/registered-answers`,
      about: 'first-room',
      body: { answers: [{ item: 1, response: 'A' }], reason: 'a test' },
    },
    'POST /examinees/:examineeId/submit': {
      path: `/v1/examinees/${examineeId}/submit`,
      about: 'first-examinee',
      body: { revisions: [[1, 1_000_001]] },
    },
    'GET /examinees/:examineeId/standing': { path: `/v1/examinees/${examineeId}/standing`, about: 'first-examinee' },
    'POST /rooms/:roomId/imports': {
      path: `/v1/rooms/${roomId}/imports`,
      about: 'first-room',
      body: {
        ...{ format: EXPORT_FORMAT, version: EXPORT_VERSION, keyId: newId(), planId, roomId, examineeId },
        ...{ fence: 1, proof: '-', madeAt: 1, ephemeralKey: '', sealed: '' },
      },
    },
    'GET /plans/:planId/held-answers': { path: `${plan}/held-answers`, about: 'plan' },
    'GET /rooms/:roomId/held-answers': { path: `/v1/rooms/${roomId}/held-answers`, about: 'first-room' },
    'GET /examinees/:examineeId/sheet': { path: `/v1/examinees/${examineeId}/sheet`, about: 'first-examinee' },
    'GET /examinees/:examineeId/receipt': { path: `/v1/examinees/${examineeId}/receipt`, about: 'first-examinee' },
    'GET /receipt-keys': { path: '/v1/receipt-keys', about: 'nobody' },
    'PUT /examinees/:examineeId/photo': { path: `/v1/examinees/${examineeId}/photo`, about: 'first-room' },
    'GET /examinees/:examineeId/photo': { path: `/v1/examinees/${examineeId}/photo`, about: 'first-face' },
    'DELETE /examinees/:examineeId/photo': { path: `/v1/examinees/${examineeId}/photo`, about: 'first-room' },
    'POST /plans/:planId/uploads': {
      path: `${plan}/uploads`,
      about: 'first-room',
      body: { use: 'evidence', roomId, incidentId, name: 'seen.png', bytes: 9, sha256: '0'.repeat(64) },
    },
    'POST /plans/:planId/exports': {
      path: `${plan}/exports`,
      about: 'plan',
      body: { what: 'answers', format: 'csv', roomId, keepMs: 86_400_000 },
    },
    'GET /plans/:planId/exports': { path: `${plan}/exports?limit=2`, about: 'plan' },
    'GET /exports/:exportId': { path: `/v1/exports/${newId()}`, about: 'nobody' },
    'DELETE /exports/:exportId': { path: `/v1/exports/${newId()}?reason=a%20test`, about: 'nobody' },
    'GET /plans/:planId/uploads': { path: `${plan}/uploads?limit=2`, about: 'plan' },
    'PUT /uploads/:uploadId/bytes': { path: `/v1/uploads/${uploadId}/bytes?offset=0`, about: 'first-room' },
    'GET /uploads/:uploadId': { path: `/v1/uploads/${uploadId}`, about: 'first-room' },
    'GET /uploads/:uploadId/content': { path: `/v1/uploads/${uploadId}/content`, about: 'first-room' },
    'POST /uploads/:uploadId/link': {
      path: `/v1/uploads/${uploadId}/link`,
      about: 'nobody',
      body: { lifeMs: 60_000 },
    },
    'DELETE /uploads/:uploadId': { path: `/v1/uploads/${uploadId}`, about: 'nobody' },
    'GET /file-links/:token': { path: `/v1/file-links/${fileToken}`, about: 'nobody' },
    'GET /examinees/:examineeId/timeline': {
      path: `/v1/examinees/${examineeId}/timeline?limit=2`,
      about: 'first-room',
    },
    'PUT /examinees/:examineeId': {
      path: `/v1/examinees/${examineeId}`,
      about: 'first-room',
      body: { label: 'another', extraMs: 60_000 },
    },
    'PUT /examinees/:examineeId/identity': {
      path: `/v1/examinees/${examineeId}/identity`,
      about: 'first-room',
      body: { confirmed: true, note: 'passport' },
    },
    'GET /files': { path: `/v1/files?planId=${planId}`, about: 'nobody' },
    'GET /files/:fileId': { path: `/v1/files/sheet.${examineeId}`, about: 'nobody' },
    'GET /plans/:planId/results': { path: `${plan}/results`, about: 'plan' },
    'GET /plans/:planId/statistics': { path: `${plan}/statistics`, about: 'plan' },
    'POST /plans/:planId/statistics': { path: `${plan}/statistics`, about: 'plan', body: {} },
    'GET /plans/:planId/scorings': { path: `${plan}/scorings`, about: 'plan' },
    'POST /plans/:planId/results/release': { path: `${plan}/results/release`, about: 'plan', body: { version: 1 } },
    'GET /plans/:planId/items/:item/results': { path: `${plan}/items/1/results`, about: 'plan' },
    'GET /examinees/:examineeId/result': { path: `/v1/examinees/${examineeId}/result`, about: 'first-examinee' },
    'GET /plans/:planId/exports/:what.csv': { path: `${plan}/exports/results.csv`, about: 'plan' },
    'GET /plans/:planId/exports/:what.ndjson': { path: `${plan}/exports/answers.ndjson`, about: 'plan' },
    'GET /rooms/:roomId/sheets.tar': { path: `/v1/rooms/${roomId}/sheets.tar`, about: 'first-room' },
    'GET /examinees/:examineeId/sheet-file': { path: `/v1/examinees/${examineeId}/sheet-file`, about: 'first-room' },
    'POST /examinees/:examineeId/erasure': {
      path: `/v1/examinees/${examineeId}/erasure`,
      about: 'first-room',
      body: { reason: 'a wish' },
    },
    'GET /plans/:planId/erasures': { path: `${plan}/erasures`, about: 'plan' },
    'GET /plans/:planId/unmarked': { path: `${plan}/unmarked`, about: 'plan' },
    'GET /plans/:planId/marks': { path: `${plan}/marks`, about: 'plan' },
    'PUT /examinees/:examineeId/marks/:item': {
      path: `/v1/examinees/${examineeId}/marks/2`,
      about: 'plan',
      body: { revision: 1_000_001, points: 1, reason: 'a test', decides: false },
    },
    'GET /examinees/:examineeId/marks/:item/file': { path: `/v1/examinees/${examineeId}/marks/2/file`, about: 'plan' },
    'GET /plans/:planId/logs/statistics': { path: `${plan}/logs/statistics`, about: 'plan' },
    'GET /plans/:planId/logs': { path: `${plan}/logs`, about: 'plan' },
    'GET /monitor/plans/:planId': { path: `/v1/monitor/plans/${planId}`, about: 'plan' },
    'GET /monitor/plans/:planId/stream': { path: `/v1/monitor/plans/${planId}/stream`, about: 'plan' },
    'GET /monitor/servers': { path: '/v1/monitor/servers', about: 'nobody' },
    'PUT /monitor/log-level': {
      path: '/v1/monitor/log-level',
      about: 'nobody',
      body: { level: 'debug', minutes: 10 },
    },
    'GET /monitor/queues': { path: '/v1/monitor/queues', about: 'nobody' },
    'GET /plans/:planId/monitoring': { path: `${plan}/monitoring`, about: 'plan' },
    'GET /audit': { path: '/v1/audit', about: 'nobody' },
    'GET /audit/check': { path: '/v1/audit/check', about: 'nobody' },
    'GET /plans/:planId/audit': { path: `${plan}/audit`, about: 'plan' },
    'GET /plans/:planId/audit/check': { path: `${plan}/audit/check`, about: 'plan' },
    'GET /health': { path: '/health', about: 'nobody' },
    'GET /ready': { path: '/ready', about: 'nobody' },
    'GET /metrics': { path: '/metrics', about: 'nobody' },
  };
}
