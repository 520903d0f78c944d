// Entering, until the exam begins.
import { countText } from '../../../shared/time.ts';

export const enter = {
  title: 'Enter your exam',
  codeLabel: 'Your code',
  codeHint:
    'Ten letters and digits, from your card or letter. Capital or small letters, spaces and dashes do not matter.',
  codeShort: (missing: number) =>
    `${countText(missing)} ${missing === 1 ? 'sign is' : 'signs are'} missing. A code has ten.`,
  codeLong: 'That is longer than a code. A code has ten letters and digits.',
  codeSigns: 'A code never has 0, O, 1, I or L. Look again: it may be another sign.',
  enter: 'Enter',
  entering: 'Entering…',
  cancel: 'Use another code',
  place: (room: string) => `This place belongs to room ${room}.`,
  waitingTitle: 'You are not in yet',
  plannedAt: (time: string) => `The exam is planned for ${time}.`,
  lateSince: (time: string) => `One could come until ${time}.`,
  waiting: {
    NETWORK: {
      what: 'The exam server cannot be reached from this device.',
      next: 'Leave this page open: it goes on trying by itself. If it takes longer than a minute, tell a proctor.',
    },
    ROOM_NOT_OPEN: {
      what: 'You are early. Your room is not open yet.',
      next: 'Leave this page open. You get in by itself as soon as your room opens.',
    },
    TOO_MANY_TRIES: {
      what: 'There were too many wrong codes from here.',
      next: 'Nothing is lost, and your code is not locked. This page tries again by itself in a moment. Meanwhile compare your code with your card.',
    },
    DEVICE_WAITING: {
      what: 'Your answer sheet is open on another device.',
      next: 'Your answers are safe. Ask a proctor to release the other device. Then you get in here by itself.',
    },
    ENTRY_REFUSED: {
      what: 'You were not let in.',
      next: 'Talk to a proctor. Leave this page open: once you are let in, it goes on by itself.',
    },
    other: {
      what: 'The exam server is busy or just restarting.',
      next: 'Leave this page open: it goes on trying by itself. Your time is kept by the server.',
    },
  },
  refusedTitle: 'That did not work',
  refused: {
    CODE_UNKNOWN: {
      what: 'No examinee has this code.',
      next: 'Compare it with your card, sign by sign, and type it again. If it is right, show your card to a proctor.',
    },
    ROOM_OTHER: {
      what: 'You sit in another room of this exam.',
      next: 'Go there with your code. If you are not sure, ask a proctor.',
    },
    ENTRY_TOO_LATE: {
      what: 'The exam began too long ago to be entered now.',
      next: 'Go to a proctor at once: only they can decide.',
    },
    EXAM_ENDED: {
      what: 'This exam is over.',
      next: 'What was saved until then is safe. If you have questions, ask a proctor.',
    },
    SHEET_SUBMITTED: {
      what: 'Your answer sheet is submitted.',
      next: 'It is safe, and there is nothing more to do. If you did not submit it yourself, tell a proctor.',
    },
    EXAMINEE_REMOVED: {
      what: 'A proctor has ended your part in this exam.',
      next: 'What was saved until then is kept. Talk to a proctor.',
    },
    SESSION_FENCED: {
      what: 'Another device has taken over your answer sheet.',
      next: 'Your answers are safe. Go on there, or ask a proctor to release it.',
    },
    REQUEST_INVALID: {
      what: 'This is not a code.',
      next: 'A code has ten letters and digits. Look at your card and type it again.',
    },
    other: {
      what: 'The server did not let you in.',
      next: 'Nothing is lost. Show this page to a proctor.',
    },
  },
};

export const welcome = {
  title: 'Is this you?',
  photoAlt: (name: string) => `Photo of ${name}`,
  name: 'Name',
  exam: 'Exam',
  room: 'Room',
  seat: 'Seat',
  duration: 'Time',
  running: 'The exam has begun. Your clock is running.',
  rulesTitle: 'Rules of this exam',
  accept: 'I have read the rules and accept them.',
  acceptFirst: 'Tick the box above first.',
  recordedTitle: 'What is recorded',
  yes: 'Yes, that is me. I am ready',
  yesRunning: 'Yes, that is me. Begin',
  no: 'No, this is not me',
  sits: (room: string, seat: string) => (seat === '' ? `Your room: ${room}` : `Your room: ${room}, seat ${seat}`),
  elsewhereTitle: 'You may be in the wrong room',
  elsewhere: (place: string, room: string) =>
    `This place belongs to room ${place}. You are on the list of room ${room}.`,
  elsewhereNext: (room: string) => `Go to room ${room} with your code. If you are not sure, ask a proctor.`,
  stay: 'A proctor told me to stay here',
  go: 'I am going to the other room',
};

export const waiting = {
  title: 'You are in. The exam has not begun',
  ready: 'You are ready. The paper comes by itself when the exam begins. There is nothing more to do.',
  readyAsked: 'Telling the proctors that you are ready…',
  startsIn: 'It begins in',
  startUnknown: 'A proctor will start the exam.',
  loading: 'The exam has begun. Your paper is on its way…',
  loadingHint: 'This takes a few seconds. Your time is kept by the server.',
  paperRefused: 'Your paper did not come.',
  paperRefusedNext: 'Reload this page. If it stays like this, raise your hand: a proctor can help.',
  reload: 'Reload',
  fullScreen: 'Fill the whole screen',
  fullScreenHint: 'This exam records when full screen is left. Start in full screen, and stay there.',
  admissionTitle: 'A proctor has to let you in',
  admission: 'The proctors see that you are here. Leave this page open: it goes on by itself.',
  refusedTitle: 'You were not let in',
  grounds: {
    identity: 'The proctor could not make sure who you are.',
    late: 'You came too late.',
    conduct: 'The proctor gave conduct as the reason.',
    other: 'Ask the proctor for the reason.',
  },
  refusedNext: 'Talk to a proctor. If you are let in after all, this page goes on by itself.',
  pausedTitle: 'The exam is paused',
  paused: 'Your clock stands. You lose no time. The paper comes back when the exam goes on.',
  pausedLeft: 'Time left when it goes on',
};
