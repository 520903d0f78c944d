// Everything around the paper: messages, calls, other tabs and devices, settings, and the end.
import { countText, dayText, instantText } from '../../../shared/time.ts';

const answers = (count: number) => (count === 1 ? '1 answer' : `${countText(count)} answers`);

export const notices = {
  title: 'Messages',
  button: (count: number) => (count === 0 ? 'Messages' : `Messages (${countText(count)})`),
  none: 'There are no messages.',
  from: (at: number) => `From the proctors, ${instantText(at, false)}`,
  mustConfirm: 'Message from the proctors',
  confirm: 'I have read this',
  confirming: 'Telling the proctors…',
  close: 'Close',
  called: 'A proctor asks you to come.',
  moved: (room: string) => `You have been moved to room ${room}. Your answers and your time went with you.`,
  seat: (seat: string) => `Your seat is now ${seat}.`,
  unlocked: 'Your answer sheet is unlocked. You can write again.',
  readmitted: 'You are back in the exam.',
};

export const calls = {
  raise: 'Raise hand',
  up: 'Your hand is up',
  title: 'Call a proctor',
  question: 'Your question, if you like',
  hint: 'You can also send it without a question: somebody will come.',
  send: 'Raise my hand',
  lower: 'Lower my hand',
  upSince: (at: number) => `Your hand is up since ${instantText(at, false)}. Go on working.`,
  sending: 'Telling the proctors…',
  answered: 'A proctor has answered',
  closed: 'A proctor has seen to it.',
  asked: (question: string) => `You asked: ${question}`,
  soon: 'You called a moment ago. Wait a few seconds, then try again.',
  close: 'Close',
};

export const seen = {
  button: 'What proctors see',
  title: 'What the proctors see of you',
  always:
    'Your name, seat and photo; whether you are connected; how many answers are saved, and how many are not yet; your time; your calls and messages.',
  never: 'They do not see what you answer while the exam runs, your flags, or what you strike out.',
  records: 'This exam records:',
  recordsNothing: 'Nothing else about this page is recorded.',
  signals: {
    'focus-lost': 'when this page is left for another window',
    paste: 'when something is pasted (not what)',
    'full-screen-left': 'when full screen is left',
    'second-screen': 'when a second screen is connected',
    'network-lost': 'when the connection was lost, and for how long',
    'clock-jump': 'when the clock of the device was changed',
  },
  evidence: 'A record is no verdict. People look at it.',
};

export const view = {
  button: 'View',
  title: 'How this page looks',
  textSize: 'Size of the text',
  percent: (value: number) => `${countText(value)} %`,
  theme: 'Colours',
  themes: { device: 'As the device', light: 'Light', contrast: 'High contrast' },
  language: 'Language',
  shortcuts: 'Single-key shortcuts',
  shortcutsOn: 'Use single keys while no field is active',
  keys: { next: 'Next question', previous: 'Previous question', flag: 'Flag' },
  keyTaken: 'One letter or digit that no other action has.',
  reset: 'As it was at first',
  close: 'Close',
};

export const safety = {
  button: 'Safety copy',
  title: 'A safety copy of your answers',
  what: 'Everything that this device holds, in one sealed file. Only the exam server can open it.',
  when: 'You only need it when a proctor asks for it: for example when this device never gets a connection again.',
  steps: [
    'Press the button below. The browser saves a file.',
    'Do not close this page.',
    'Show a proctor where the file is: they bring it to the server.',
  ],
  save: 'Save the file',
  several: (count: number) =>
    `It is a lot, so it is ${countText(count)} files. Save each of them: a proctor needs all, in any order.`,
  saveOne: (number: number, of: number) => `Save file ${countText(number)} of ${countText(of)}`,
  saved: (name: string) => `Saved as ${name}`,
  failed: 'The file could not be made. Leave this page open and show it to a proctor.',
  close: 'Close',
};

export const choices = {
  title: 'Two answers to the same question',
  held: 'These were written on this device before another one took over. They were not sent. Choose what counts.',
  offered:
    'These were written on another device of yours. You have written something else here since. Choose what counts.',
  item: (number: number) => `Question ${countText(number)}`,
  older: 'Written before',
  now: 'What you have now',
  take: 'Take the one from before',
  drop: 'Keep what I have now',
  nothing: 'no answer',
};

export const tabs = {
  title: 'Your exam is open in another tab',
  why: 'Only one tab can write, so that no answer goes over another one. This one only looks on.',
  answers: 'Your answers, for reading only',
  answersHint: 'As they are in the other tab. To change one, go on there or here.',
  noAnswers: 'There is no answer yet.',
  lost: 'The other tab does not answer any more. Your answers are safe.',
  takeOver: 'Go on here instead',
  takeOverHint: 'The other tab then looks on. Nothing is lost.',
  taking: 'Taking over…',
  yielded: 'Your exam goes on in another tab',
  there: 'In the other tab:',
};

export const device = {
  title: 'Another device has taken over',
  what: 'Your exam goes on there. This page only shows what you wrote here.',
  kept: (count: number) =>
    `${answers(count)} that had not been saved from here ${count === 1 ? 'is' : 'are'} kept on the server. You are asked about them on the other device where it matters.`,
  unsent: (count: number) =>
    `${answers(count)} written here ${count === 1 ? 'has' : 'have'} not been brought to the server yet. Leave this page open.`,
  notYou: 'If you have not changed the device yourself, tell a proctor at once.',
};

export const end = {
  submittedTitle: 'Your answer sheet is submitted',
  timedOutTitle: 'Time is over',
  overTitle: 'Time is over',
  removedTitle: 'Your exam has been ended by a proctor',
  absentTitle: 'This exam took place without you',
  submitted: (at: number) => (at === 0 ? 'The server has it.' : `The server has had it since ${dayText(at)}.`),
  timedOut: 'Your answer sheet was closed at the end of your time. You need not do anything.',
  saved: (count: number) =>
    count === 0 ? 'No answer was saved.' : `${answers(count)} ${count === 1 ? 'is' : 'are'} saved and will be marked.`,
  closing: 'The server is closing your answer sheet. Leave this page open for a moment.',
  offline:
    'There is no connection just now. What you wrote in time is safe on this device and is sent as soon as it is back.',
  offlineNext: 'Leave this page open. If it takes longer, tell a proctor: there is a safety copy.',
  waiting: (count: number) => `${answers(count)} ${count === 1 ? 'is' : 'are'} not saved yet.`,
  lost: (items: readonly number[]) =>
    `Came after the end, and were not taken: the last changes to ${items.length === 1 ? 'question' : 'questions'} ${items.join(', ')}. What was saved there before counts.`,
  lostNext: 'If you wrote them in time, tell a proctor: your device has kept them.',
  removed: 'What was saved until then is kept.',
  removedReason: (reason: string) => `Reason: ${reason}`,
  removedNext: 'Talk to a proctor.',
  absent: 'The exam ended before you entered. Talk to a proctor.',
  again: 'Enter again',
  againHint: 'Only where a proctor has opened your sheet again.',
  receipt: 'Receipt',
  receiptHint: 'Keep it: it names exactly what the server has.',
  agrees: 'What this page shows is exactly what the server has.',
  differs: 'What this page shows is not what the server has. Leave the page open and tell a proctor.',
  count: 'Answers',
  time: 'Time',
  code: 'Check code',
  download: 'Save the receipt',
  print: 'Print',
  signed: 'Save the signed receipt',
  signedHint:
    'A file that shows, without your answers, that each of them was saved. Anybody can check it, also without this server.',
  signedStates: {
    coming: 'Asking the server for it…',
    saved: 'Saved as a file.',
    failed: 'The server does not give it now. Your answers are safe; the receipt above says so too.',
  },
  signedFile: 'examhall-signed-receipt',
  reopened: 'If a proctor opens your sheet again, it comes back here by itself.',
  done: 'Finish',
  doneHint: 'Clears this page for the next person.',
  doneTitle: 'Finish?',
  doneText: 'This page forgets you. Your answer sheet is at the server.',
  file: 'examhall-receipt',
};
