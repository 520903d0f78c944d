// The paper, and how safe its answers are.
import { bytesText } from '../../../shared/bytes.ts';
import { countText, instantText, lengthText } from '../../../shared/time.ts';

const questions = (count: number) => `${countText(count)} ${count === 1 ? 'question' : 'questions'}`;
const answers = (count: number) => (count === 1 ? '1 answer is' : `${countText(count)} answers are`);

export const paper = {
  skip: 'Go to the question',
  heading: (number: number, of: number) => `Question ${countText(number)} of ${countText(of)}`,
  previous: 'Previous question',
  next: 'Next question',
  last: 'Look over and submit',
  flag: 'Flag for later',
  flagged: 'Flagged for later',
  clear: 'Take my answer back',
  strike: (option: string) => `Strike out ${option}`,
  struck: 'struck out',
  chooseOne: 'Choose one.',
  chooseSeveral: 'Choose all that apply.',
  shortText: 'Your answer',
  number: 'Your answer, a number',
  readAs: (number: string) => `Read as ${number}`,
  unread: 'This is not a number yet, so it is not saved. Write digits, for example 12 or 3.5.',
  stillCounts: (number: string) => `What counts until then: ${number}.`,
  essay: 'Your text',
  words: (count: number) => `${countText(count)} ${count === 1 ? 'word' : 'words'}`,
  wordsAsked: (from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined
      ? `${countText(from)} to ${countText(to)} words are asked for`
      : from !== undefined
        ? `at least ${countText(from)} words are asked for`
        : to === undefined
          ? ''
          : `at most ${countText(to)} words are asked for`,
  tooLong: 'This text is longer than allowed. Shorten it: what is saved is how it was before.',
  locked: 'A proctor has locked your answer sheet. You can read, but not write. What you wrote is kept.',
  lockedNext: 'Wait, or talk to the proctor.',
  forwardOnly: 'In this exam you only go forward: a question that you leave stays closed.',
  forwardTitle: 'Leave this question for good?',
  forwardOpen: 'You have not answered it.',
  forwardDone: 'You have answered it.',
  forwardGo: 'Leave it and go on',
  forwardStay: 'Stay here',
  list: 'Questions',
  listSummary: (answered: number, of: number) => `${countText(answered)} of ${countText(of)} answered`,
  listItem: (number: number) => `Question ${countText(number)}`,
  states: {
    answered: 'answered',
    open: 'open',
    flagged: 'flagged',
    unsaved: 'not saved yet',
    here: 'you are here',
    closed: 'closed',
  },
  legend: 'What the signs mean',
  submit: 'Submit…',
  name: 'Name',
};

export const file = {
  choose: 'Choose a file',
  replace: 'Choose another file in its place',
  there: 'Your file is the answer.',
  thereAs: (name: string, bytes: number) => `Your answer is the file ${name}, ${bytesText(bytes)}.`,
  asked: (types: string, most: number) => `One file, at most ${bytesText(most)}: ${types}`,
  empty: 'This file is empty. Choose another one.',
  tooLarge: (most: number) => `This file is larger than ${bytesText(most)}. Choose a smaller one.`,
  sending: (name: string) => `${name} is on its way`,
  progress: (offset: number, of: number) => `${bytesText(offset)} of ${bytesText(of)}`,
  leaveOpen: 'Leave this page open until it is saved. You can go on with other questions.',
  stop: 'Stop',
  arrived: (name: string) => `${name} has arrived.`,
  failed: (name: string) => `${name} is not your answer.`,
  refused: {
    UPLOAD_TYPE: 'It is a file of another type than asked for, whatever its name says.',
    ANSWER_TOO_LARGE: 'It is too large.',
    FILE_QUOTA: 'You have brought as much as is kept for one person. Ask a proctor.',
    UPLOAD_REFUSED: 'Something harmful was found in it. Choose another one.',
    EXAM_ENDED: 'It came after the end.',
    UNREADABLE: 'This device could not read it. Choose it again.',
    other: 'Choose it again, or raise your hand.',
  },
};

export const truth = {
  none: 'No answer yet',
  typing: 'Typing…',
  sending: 'On its way…',
  saved: (at: number) => (at === 0 ? 'Saved' : `Saved at ${instantText(at)}`),
  waiting: {
    offline: 'Not saved yet: no connection',
    locked: 'Not saved yet: your sheet is locked',
    paused: 'Not saved yet: the exam is paused',
    admission: 'Not saved yet: a proctor has to let you in',
    slow: 'Not saved yet: the server is slow, it is sent again',
    fenced: 'Not saved from here: another device continues',
  },
  refused: {
    ANSWER_TOO_LARGE: 'Not taken: it is too long',
    ANSWER_LATE: 'Not taken: it came after the end',
    ITEM_CLOSED: 'Not taken: this question is closed',
    SHEET_SUBMITTED: 'Not taken: your sheet is submitted already',
    other: 'Not taken: change it a little, and it is sent anew',
  },
};

export const sheet = {
  label: 'Your answer sheet',
  empty: 'No answers yet. Each one is saved by itself.',
  saved: (count: number) => (count === 1 ? 'Your answer is saved' : `All ${countText(count)} answers are saved`),
  sending: (count: number) => `${answers(count)} on the way`,
  waiting: (count: number) => `${answers(count)} not saved yet`,
  why: {
    offline: 'there is no connection',
    locked: 'your sheet is locked',
    paused: 'the exam is paused',
    admission: 'a proctor has to let you in',
    slow: 'the server is slow',
    fenced: 'another device continues',
  },
  slowSince: (at: number) => `the server has been slow since ${instantText(at, false)}`,
  safeHere: (count: number): string =>
    count === 1
      ? 'It is safe on this device and is sent by itself.'
      : 'They are safe on this device and are sent by themselves.',
  safeFenced: 'Nothing of it is lost in silence: it is kept here and brought to the server.',
  unsafeHere: 'This browser keeps nothing when the page is closed: leave it open.',
  refused: (items: readonly number[]) =>
    `Not taken: the answer to ${items.length === 1 ? 'question' : 'questions'} ${items.join(', ')}. What was saved there before counts.`,
};

export const network = {
  label: 'Connection',
  connected: 'Connected',
  connecting: 'Connecting…',
  unsteady: 'The connection is slow. Go on working: nothing is lost.',
  offline: 'No connection. Go on working: your answers are kept on this device, and this page tries again by itself.',
  offlineUnkept: 'No connection. Go on working and leave this page open: it tries again by itself.',
  limited: 'Limited connection. Go on working: your answers are saved by another way, and there is nothing to do.',
  restarting: 'The server is being restarted. Go on working: in a few seconds it is back, and nothing is lost.',
  moving:
    'You are being brought to another place of the system. Go on working: in a few seconds it goes on, and nothing is lost.',
  fenced: 'Another device has taken over. This page is for reading only.',
  closed: 'The connection is closed.',
  back: 'Connected again.',
};

export const clock = {
  label: 'Time left',
  hide: 'Hide the clock',
  show: 'Show the clock',
  hidden: 'The clock is hidden. You are still warned before the end.',
  stands: 'stands',
  ends: (at: number) => `until ${instantText(at, false)}`,
  warning: (ms: number) => `${lengthText(ms)} left.`,
  over: 'Time is over',
  story: {
    stopped: 'Your clock stands. You lose no time.',
    running: 'Your clock runs again.',
    longer: (ms: number) => (ms === 0 ? 'You have more time.' : `You have ${lengthText(ms)} more.`),
    shorter: (ms: number) =>
      ms === 0 ? 'You have less time than before.' : `You have ${lengthText(ms)} less than before.`,
  },
  reason: (reason: string) => `Reason: ${reason}`,
  dismiss: 'Understood',
};

export const submit = {
  title: 'Submit your answer sheet?',
  final: 'After that you cannot change anything.',
  allAnswered: (count: number) => `All ${questions(count)} are answered.`,
  open: (count: number) => `Not answered: ${questions(count)}`,
  flagged: (count: number) => `Flagged for later: ${questions(count)}`,
  unsaved: (count: number) => `Not saved yet: ${questions(count)}. They are saved before the sheet is submitted.`,
  underway: (count: number) => `Files on their way, which do not count if you submit now: ${questions(count)}`,
  unread: (count: number) => `Not a number, and so not saved: ${questions(count)}`,
  goTo: (number: number) => `Go to question ${countText(number)}`,
  yes: 'Submit now',
  no: 'Go back to the paper',
  asked: 'Submitting…',
  askedUnsaved: (count: number) => `First ${answers(count)} being saved.`,
  askedOffline: 'There is no connection. Your sheet is submitted as soon as it is back. Leave this page open.',
  failed: 'Your sheet is not submitted.',
  failedNext: 'Your answers are safe. Try again, or raise your hand.',
};
