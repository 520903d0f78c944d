// The paper, and how safe its answers are, in Korean.
import { bytesText } from '../../../shared/bytes.ts';
import { countText, instantText, lengthText } from '../../../shared/time.ts';
import type * as en from '../en/paper.ts';

const answers = (count: number) => `답안 ${countText(count)}개`;
const questions = (count: number) => `${countText(count)}문항`;

export const paper: typeof en.paper = {
  skip: '문항으로 바로 가기',
  heading: (number, of) => `${countText(of)}문항 중 ${countText(number)}번`,
  previous: '이전 문항',
  next: '다음 문항',
  last: '확인하고 제출하기',
  flag: '나중에 보기 표시',
  flagged: '나중에 보기로 표시됨',
  clear: '답안 취소',
  strike: (option) => `${option} 지우기 표시`,
  struck: '지움',
  chooseOne: '하나를 고르십시오.',
  chooseSeveral: '맞는 것을 모두 고르십시오.',
  shortText: '답안',
  number: '답안(숫자)',
  readAs: (number) => `${number}(으)로 읽었습니다`,
  unread: '아직 숫자가 아니어서 저장되지 않습니다. 12 또는 3.5처럼 숫자로 적어 주십시오.',
  stillCounts: (number) => `그때까지는 ${number}이(가) 답안입니다.`,
  essay: '답안',
  words: (count) => `${countText(count)}단어`,
  wordsAsked: (from, to) =>
    from !== undefined && to !== undefined
      ? `${countText(from)}~${countText(to)}단어로 작성`
      : from !== undefined
        ? `${countText(from)}단어 이상 작성`
        : to === undefined
          ? ''
          : `${countText(to)}단어 이하로 작성`,
  tooLong: '허용된 길이를 넘었습니다. 줄여 주십시오. 넘기 전의 답안이 저장되어 있습니다.',
  locked: '감독관이 답안지를 잠갔습니다. 읽을 수는 있지만 쓸 수 없습니다. 이미 쓴 것은 보관됩니다.',
  lockedNext: '기다리거나 감독관에게 문의하십시오.',
  forwardOnly: '이 시험은 앞으로만 갈 수 있습니다. 떠난 문항은 다시 열리지 않습니다.',
  forwardTitle: '이 문항을 떠나시겠습니까?',
  forwardOpen: '이 문항에 답하지 않았습니다.',
  forwardDone: '이 문항에 답했습니다.',
  forwardGo: '떠나서 다음으로 가기',
  forwardStay: '여기에 머무르기',
  list: '문항 목록',
  listSummary: (answered, of) => `${countText(of)}문항 중 ${countText(answered)}문항 답함`,
  listItem: (number) => `${countText(number)}번 문항`,
  states: {
    answered: '답함',
    open: '답하지 않음',
    flagged: '나중에 보기',
    unsaved: '아직 저장되지 않음',
    here: '현재 문항',
    closed: '닫힘',
  },
  legend: '표시의 뜻',
  submit: '제출…',
  name: '이름',
};

export const file: typeof en.file = {
  choose: '파일 선택',
  replace: '다른 파일로 바꾸기',
  there: '제출한 파일이 답안입니다.',
  thereAs: (name, bytes) => `답안 파일: ${name}, ${bytesText(bytes)}`,
  asked: (types, most) => `파일 한 개, ${bytesText(most)} 이하: ${types}`,
  empty: '빈 파일입니다. 다른 파일을 선택하십시오.',
  tooLarge: (most) => `${bytesText(most)}보다 큰 파일입니다. 더 작은 파일을 선택하십시오.`,
  sending: (name) => `${name} 보내는 중`,
  progress: (offset, of) => `${bytesText(of)} 중 ${bytesText(offset)}`,
  leaveOpen: '저장될 때까지 화면을 닫지 마십시오. 다른 문항은 계속 풀 수 있습니다.',
  stop: '중지',
  arrived: (name) => `${name} 파일이 도착했습니다.`,
  failed: (name) => `${name} 파일은 답안이 되지 않았습니다.`,
  refused: {
    UPLOAD_TYPE: '이름과 관계없이, 요구한 형식의 파일이 아닙니다.',
    ANSWER_TOO_LARGE: '파일이 너무 큽니다.',
    FILE_QUOTA: '한 사람이 올릴 수 있는 용량을 모두 썼습니다. 감독관에게 문의하십시오.',
    UPLOAD_REFUSED: '파일에서 해로운 것이 발견되었습니다. 다른 파일을 선택하십시오.',
    EXAM_ENDED: '끝난 뒤에 도착했습니다.',
    UNREADABLE: '이 기기에서 파일을 읽지 못했습니다. 다시 선택하십시오.',
    other: '다시 선택하거나 손을 드십시오.',
  },
};

export const truth: typeof en.truth = {
  none: '아직 답안이 없습니다',
  typing: '입력하는 중…',
  sending: '보내는 중…',
  saved: (at) => (at === 0 ? '저장됨' : `${instantText(at)}에 저장됨`),
  waiting: {
    offline: '아직 저장되지 않음: 연결이 끊겼습니다',
    locked: '아직 저장되지 않음: 답안지가 잠겼습니다',
    paused: '아직 저장되지 않음: 시험이 일시 중지되었습니다',
    admission: '아직 저장되지 않음: 감독관의 입장 허가를 기다립니다',
    slow: '아직 저장되지 않음: 서버가 느려 다시 보냅니다',
    fenced: '이 기기에서는 저장되지 않음: 다른 기기에서 계속합니다',
  },
  refused: {
    ANSWER_TOO_LARGE: '저장되지 않음: 너무 깁니다',
    ANSWER_LATE: '저장되지 않음: 끝난 뒤에 도착했습니다',
    ITEM_CLOSED: '저장되지 않음: 닫힌 문항입니다',
    SHEET_SUBMITTED: '저장되지 않음: 이미 제출된 답안지입니다',
    other: '저장되지 않음: 조금 고치면 다시 보냅니다',
  },
};

export const sheet: typeof en.sheet = {
  label: '답안지',
  empty: '아직 답안이 없습니다. 답안은 하나씩 자동으로 저장됩니다.',
  saved: (count) => (count === 1 ? '답안이 저장되었습니다' : `${answers(count)}가 모두 저장되었습니다`),
  sending: (count) => `${answers(count)}를 보내는 중입니다`,
  waiting: (count) => `${answers(count)}가 아직 저장되지 않았습니다`,
  why: {
    offline: '연결이 끊겼습니다',
    locked: '답안지가 잠겼습니다',
    paused: '시험이 일시 중지되었습니다',
    admission: '감독관의 입장 허가를 기다립니다',
    slow: '서버가 느립니다',
    fenced: '다른 기기에서 계속합니다',
  },
  slowSince: (at) => `${instantText(at, false)}부터 서버가 느립니다`,
  safeHere: () => '이 기기에 안전하게 있으며 자동으로 보냅니다.',
  safeFenced: '이 기기와 서버에 보관되며, 알림 없이 사라지지 않습니다.',
  unsafeHere: '이 브라우저는 화면을 닫으면 보관하지 못합니다. 화면을 닫지 마십시오.',
  refused: (items) => `${items.join(', ')}번 문항의 답안이 저장되지 않았습니다. 그 전에 저장된 답안이 유효합니다.`,
};

export const network: typeof en.network = {
  label: '연결',
  connected: '연결됨',
  connecting: '연결하는 중…',
  unsteady: '연결이 느립니다. 계속 작성하십시오. 잃는 것은 없습니다.',
  offline: '연결이 끊겼습니다. 계속 작성하십시오. 답안은 이 기기에 보관되며 자동으로 다시 연결합니다.',
  offlineUnkept: '연결이 끊겼습니다. 계속 작성하되 화면을 닫지 마십시오. 자동으로 다시 연결합니다.',
  limited: '연결이 제한되어 있습니다. 계속 작성하십시오. 답안은 다른 경로로 저장되며 따로 하실 일은 없습니다.',
  restarting: '서버가 다시 시작하는 중입니다. 계속 작성하십시오. 몇 초 뒤 돌아오며 잃는 것은 없습니다.',
  moving: '시험실을 옮기는 중입니다. 계속 작성하십시오. 몇 초 뒤 이어지며 잃는 것은 없습니다.',
  fenced: '다른 기기가 이어받았습니다. 이 화면은 읽기만 할 수 있습니다.',
  closed: '연결이 끝났습니다.',
  back: '다시 연결되었습니다.',
};

export const clock: typeof en.clock = {
  label: '남은 시간',
  hide: '시계 숨기기',
  show: '시계 보기',
  hidden: '시계를 숨겼습니다. 끝나기 전에는 알려 드립니다.',
  stands: '멈춤',
  ends: (at) => `${instantText(at, false)}까지`,
  warning: (ms) => `${lengthText(ms)} 남았습니다.`,
  over: '시간이 끝났습니다',
  story: {
    stopped: '시간이 멈췄습니다. 시험 시간은 줄지 않습니다.',
    running: '시간이 다시 흐릅니다.',
    longer: (ms) => (ms === 0 ? '시간이 늘었습니다.' : `시간이 ${lengthText(ms)} 늘었습니다.`),
    shorter: (ms) => (ms === 0 ? '시간이 이전보다 줄었습니다.' : `시간이 이전보다 ${lengthText(ms)} 줄었습니다.`),
  },
  reason: (reason) => `사유: ${reason}`,
  dismiss: '확인',
};

export const submit: typeof en.submit = {
  title: '답안지를 제출하시겠습니까?',
  final: '제출한 뒤에는 고칠 수 없습니다.',
  allAnswered: (count) => `${questions(count)}에 모두 답했습니다.`,
  open: (count) => `답하지 않음: ${questions(count)}`,
  flagged: (count) => `나중에 보기로 표시함: ${questions(count)}`,
  unsaved: (count) => `아직 저장되지 않음: ${questions(count)}. 저장된 뒤에 제출됩니다.`,
  underway: (count) => `보내는 중인 파일(지금 제출하면 답안이 되지 않음): ${questions(count)}`,
  unread: (count) => `숫자가 아니어서 저장되지 않음: ${questions(count)}`,
  goTo: (number) => `${countText(number)}번 문항으로 가기`,
  yes: '지금 제출',
  no: '시험지로 돌아가기',
  asked: '제출하는 중…',
  askedUnsaved: (count) => `먼저 ${answers(count)}를 저장합니다.`,
  askedOffline: '연결이 끊겼습니다. 다시 연결되면 바로 제출됩니다. 이 화면을 그대로 두십시오.',
  failed: '답안지가 제출되지 않았습니다.',
  failedNext: '답안은 안전합니다. 다시 시도하거나 손을 드십시오.',
};
