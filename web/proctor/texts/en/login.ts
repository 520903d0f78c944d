// Login, choice of rooms and the head of the page, in English.
export const login = {
  title: 'Proctor',
  lead: 'Log in to watch your rooms.',
  name: 'Login name',
  password: 'Password',
  enter: 'Log in',
  entering: 'Logging in …',
  out: 'Log out',
  ended: 'Your login has ended. The exam goes on without you. Log in again to go on watching.',
  wrong: 'Login name or password is wrong. Nothing else has happened. Check both and try again.',
  tooOften: (wait: string) => `There were too many wrong tries. Wait ${wait}, then try again.`,
  away: 'The server does not answer. The exam and what is saved are not touched by it. Try again in a moment.',
  failed: (message: string) => `Not logged in: ${message}`,
  notProctor: 'This account is not a proctor’s. Rooms are watched by the proctors who are assigned to them.',
};

export const rooms = {
  title: 'My rooms',
  lead: (most: number) => `Choose the rooms that you want to watch, up to ${most} at once.`,
  none: 'No room is assigned to you yet. Ask the administrator; then look again.',
  again: 'Look again',
  looking: 'Looking for your rooms …',
  all: 'All of this exam',
  nobody: 'None',
  watch: (count: number) => (count === 0 ? 'Watch' : count === 1 ? 'Watch 1 room' : `Watch ${count} rooms`),
  tooMany: (most: number) => `At most ${most} rooms can be watched at once. Choose fewer.`,
  chooseOne: 'Choose at least one room.',
  starts: (at: string) => `starts ${at}`,
  failed: 'Your rooms could not be read. The exam is not touched by it.',
  back: 'Choose rooms',
  chief: 'chief proctor',
  shut: 'The exam is not open yet. The administrator opens it; you are let in by yourself then.',
  opensAll: 'The exam is not open yet: this opens all of its rooms.',
  more: 'More …',
  less: 'Less',
};

export const page = {
  loggedIn: (name: string) => `Logged in as ${name}`,
  shortcuts: 'Keys',
  toList: 'To the list of people',
};
