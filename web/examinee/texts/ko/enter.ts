// Entering, until the exam begins, in Korean.
import { countText } from '../../../shared/time.ts';
import type * as en from '../en/enter.ts';

export const enter: typeof en.enter = {
  title: '시험 입장',
  codeLabel: '응시 코드',
  codeHint: '응시표에 적힌 글자와 숫자 열 자리입니다. 대소문자, 빈칸, 붙임표는 구분하지 않습니다.',
  codeShort: (missing) => `${countText(missing)}자가 부족합니다. 응시 코드는 열 자리입니다.`,
  codeLong: '응시 코드보다 깁니다. 응시 코드는 글자와 숫자 열 자리입니다.',
  codeSigns: '응시 코드에는 0, O, 1, I, L이 없습니다. 다른 글자인지 다시 확인해 주십시오.',
  enter: '입장',
  entering: '입장하는 중…',
  cancel: '다른 응시 코드 입력',
  place: (room) => `이 자리는 ${room} 시험실입니다.`,
  waitingTitle: '아직 입장하지 않았습니다',
  plannedAt: (time) => `시험 예정 시각은 ${time}입니다.`,
  lateSince: (time) => `${time}까지 입장할 수 있었습니다.`,
  waiting: {
    NETWORK: {
      what: '이 기기에서 시험 서버에 연결할 수 없습니다.',
      next: '이 화면을 그대로 두십시오. 자동으로 다시 시도합니다. 1분이 넘으면 감독관에게 알려 주십시오.',
    },
    ROOM_NOT_OPEN: {
      what: '일찍 오셨습니다. 시험실이 아직 열리지 않았습니다.',
      next: '이 화면을 그대로 두십시오. 시험실이 열리면 자동으로 입장합니다.',
    },
    TOO_MANY_TRIES: {
      what: '이곳에서 잘못된 응시 코드가 너무 많이 입력되었습니다.',
      next: '잃은 것은 없으며 응시 코드도 잠기지 않았습니다. 잠시 뒤 자동으로 다시 시도합니다. 그동안 응시표와 비교해 주십시오.',
    },
    DEVICE_WAITING: {
      what: '답안지가 다른 기기에서 열려 있습니다.',
      next: '답안은 안전합니다. 감독관에게 다른 기기를 해제해 달라고 하십시오. 그러면 여기에서 자동으로 입장합니다.',
    },
    ENTRY_REFUSED: {
      what: '입장이 허가되지 않았습니다.',
      next: '감독관에게 문의하십시오. 이 화면을 그대로 두면 허가된 뒤 자동으로 이어집니다.',
    },
    other: {
      what: '시험 서버가 바쁘거나 다시 시작하는 중입니다.',
      next: '이 화면을 그대로 두십시오. 자동으로 다시 시도합니다. 시험 시간은 서버가 지킵니다.',
    },
  },
  refusedTitle: '입장하지 못했습니다',
  refused: {
    CODE_UNKNOWN: {
      what: '이 응시 코드를 가진 응시자가 없습니다.',
      next: '응시표와 한 글자씩 비교하여 다시 입력하십시오. 맞게 입력했다면 응시표를 감독관에게 보여 주십시오.',
    },
    ROOM_OTHER: {
      what: '이 시험의 다른 시험실에 배정되어 있습니다.',
      next: '응시 코드를 가지고 그 시험실로 가십시오. 확실하지 않으면 감독관에게 물어보십시오.',
    },
    ENTRY_TOO_LATE: {
      what: '시험이 시작된 지 오래되어 지금은 입장할 수 없습니다.',
      next: '바로 감독관에게 가십시오. 감독관만 결정할 수 있습니다.',
    },
    EXAM_ENDED: {
      what: '이 시험은 끝났습니다.',
      next: '끝날 때까지 저장된 답안은 안전합니다. 궁금한 점은 감독관에게 문의하십시오.',
    },
    SHEET_SUBMITTED: {
      what: '답안지가 제출되었습니다.',
      next: '답안지는 안전하며 더 하실 일이 없습니다. 직접 제출하지 않았다면 감독관에게 알려 주십시오.',
    },
    EXAMINEE_REMOVED: {
      what: '감독관이 응시를 종료했습니다.',
      next: '그때까지 저장된 답안은 보관됩니다. 감독관에게 문의하십시오.',
    },
    SESSION_FENCED: {
      what: '다른 기기가 답안지를 이어받았습니다.',
      next: '답안은 안전합니다. 그 기기에서 계속하거나 감독관에게 해제를 요청하십시오.',
    },
    REQUEST_INVALID: {
      what: '응시 코드가 아닙니다.',
      next: '응시 코드는 글자와 숫자 열 자리입니다. 응시표를 보고 다시 입력하십시오.',
    },
    other: {
      what: '서버가 입장을 허가하지 않았습니다.',
      next: '잃은 것은 없습니다. 이 화면을 감독관에게 보여 주십시오.',
    },
  },
};

export const welcome: typeof en.welcome = {
  title: '본인이 맞습니까?',
  photoAlt: (name) => `${name} 님의 사진`,
  name: '이름',
  exam: '시험',
  room: '시험실',
  seat: '좌석',
  duration: '시험 시간',
  running: '시험이 시작되었습니다. 시간이 흐르고 있습니다.',
  rulesTitle: '시험 규정',
  accept: '규정을 읽었으며 동의합니다.',
  acceptFirst: '먼저 위의 칸에 표시해 주십시오.',
  recordedTitle: '기록되는 것',
  yes: '본인이 맞습니다. 준비되었습니다',
  yesRunning: '본인이 맞습니다. 시작합니다',
  no: '본인이 아닙니다',
  sits: (room, seat) => (seat === '' ? `배정된 시험실: ${room}` : `배정된 시험실: ${room}, 좌석 ${seat}`),
  elsewhereTitle: '다른 시험실일 수 있습니다',
  elsewhere: (place, room) => `이 자리는 ${place} 시험실입니다. 명단에는 ${room} 시험실로 되어 있습니다.`,
  elsewhereNext: (room) => `응시 코드를 가지고 ${room} 시험실로 가십시오. 확실하지 않으면 감독관에게 물어보십시오.`,
  stay: '감독관이 여기 있으라고 했습니다',
  go: '다른 시험실로 가겠습니다',
};

export const waiting: typeof en.waiting = {
  title: '입장했습니다. 시험은 아직 시작되지 않았습니다',
  ready: '준비가 끝났습니다. 시험이 시작되면 시험지가 자동으로 나타납니다. 더 하실 일이 없습니다.',
  readyAsked: '준비되었음을 감독관에게 알리는 중…',
  startsIn: '시작까지',
  startUnknown: '감독관이 시험을 시작합니다.',
  loading: '시험이 시작되었습니다. 시험지를 가져오는 중…',
  loadingHint: '몇 초 걸립니다. 시험 시간은 서버가 지킵니다.',
  paperRefused: '시험지를 가져오지 못했습니다.',
  paperRefusedNext: '이 화면을 새로 고치십시오. 그래도 그대로이면 감독관에게 도움을 요청하십시오.',
  reload: '새로 고침',
  fullScreen: '전체 화면으로 보기',
  fullScreenHint: '이 시험은 전체 화면을 벗어나면 기록합니다. 전체 화면에서 시작하여 그대로 두십시오.',
  admissionTitle: '감독관의 입장 허가가 필요합니다',
  admission: '감독관에게 도착이 표시됩니다. 이 화면을 그대로 두면 자동으로 이어집니다.',
  refusedTitle: '입장이 허가되지 않았습니다',
  grounds: {
    identity: '감독관이 본인임을 확인하지 못했습니다.',
    late: '너무 늦게 도착했습니다.',
    conduct: '감독관이 태도를 이유로 들었습니다.',
    other: '이유는 감독관에게 문의하십시오.',
  },
  refusedNext: '감독관에게 문의하십시오. 나중에 허가되면 이 화면에서 자동으로 이어집니다.',
  pausedTitle: '시험이 일시 중지되었습니다',
  paused: '시간이 멈췄습니다. 시험 시간은 줄지 않습니다. 시험이 다시 시작되면 시험지가 나타납니다.',
  pausedLeft: '다시 시작할 때 남은 시간',
};
