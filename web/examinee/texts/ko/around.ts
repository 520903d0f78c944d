// Everything around the paper, in Korean.
import { countText, dayText, instantText } from '../../../shared/time.ts';
import type * as en from '../en/around.ts';

const answers = (count: number) => `답안 ${countText(count)}개`;

export const notices: typeof en.notices = {
  title: '공지',
  button: (count) => (count === 0 ? '공지' : `공지 (${countText(count)})`),
  none: '공지가 없습니다.',
  from: (at) => `감독관, ${instantText(at, false)}`,
  mustConfirm: '감독관의 공지',
  confirm: '읽었습니다',
  confirming: '감독관에게 알리는 중…',
  close: '닫기',
  called: '감독관이 부릅니다.',
  moved: (room) => `${room} 시험실로 옮겨졌습니다. 답안과 시간은 그대로 따라갑니다.`,
  seat: (seat) => `좌석이 ${seat}(으)로 바뀌었습니다.`,
  unlocked: '답안지 잠금이 풀렸습니다. 다시 쓸 수 있습니다.',
  readmitted: '시험에 다시 참여합니다.',
};

export const calls: typeof en.calls = {
  raise: '손들기',
  up: '손을 든 상태',
  title: '감독관 부르기',
  question: '질문(선택)',
  hint: '질문 없이 불러도 감독관이 옵니다.',
  send: '손들기',
  lower: '손 내리기',
  upSince: (at) => `${instantText(at, false)}부터 손을 들고 있습니다. 계속 작성하십시오.`,
  sending: '감독관에게 알리는 중…',
  answered: '감독관이 답했습니다',
  closed: '감독관이 처리했습니다.',
  asked: (question) => `질문: ${question}`,
  soon: '방금 불렀습니다. 몇 초 뒤에 다시 해 주십시오.',
  close: '닫기',
};

export const seen: typeof en.seen = {
  button: '감독관이 보는 것',
  title: '감독관에게 보이는 것',
  always: '이름, 좌석, 사진, 연결 상태, 저장된 답안과 저장되지 않은 답안의 수, 남은 시간, 부름과 공지가 보입니다.',
  never: '시험 중에 답안의 내용, 나중에 보기 표시, 지운 선택지는 보이지 않습니다.',
  records: '이 시험은 다음을 기록합니다.',
  recordsNothing: '이 화면에 대하여 그 밖에 기록되는 것은 없습니다.',
  signals: {
    'focus-lost': '다른 창으로 옮겨 간 때',
    paste: '붙여 넣은 때(내용은 제외)',
    'full-screen-left': '전체 화면을 벗어난 때',
    'second-screen': '두 번째 화면이 연결된 때',
    'network-lost': '연결이 끊긴 때와 그 길이',
    'clock-jump': '기기의 시계가 바뀐 때',
  },
  evidence: '기록은 판정이 아닙니다. 사람이 확인합니다.',
};

export const view: typeof en.view = {
  button: '화면',
  title: '화면 설정',
  textSize: '글자 크기',
  percent: (value) => `${countText(value)}%`,
  theme: '색',
  themes: { device: '기기 설정대로', light: '밝게', contrast: '고대비' },
  language: '언어',
  shortcuts: '한 글자 단축키',
  shortcutsOn: '입력 칸 밖에서 한 글자 단축키 사용',
  keys: { next: '다음 문항', previous: '이전 문항', flag: '나중에 보기' },
  keyTaken: '다른 동작에 쓰이지 않는 글자나 숫자 하나를 적어 주십시오.',
  reset: '처음 설정으로',
  close: '닫기',
};

export const safety: typeof en.safety = {
  button: '안전 사본',
  title: '답안의 안전 사본',
  what: '이 기기에 있는 모든 것을 봉인하여 한 파일에 담습니다. 시험 서버만 열 수 있습니다.',
  when: '감독관이 요청할 때만 필요합니다. 예를 들어 이 기기가 다시 연결되지 않을 때입니다.',
  steps: [
    '아래 단추를 누르십시오. 브라우저가 파일을 저장합니다.',
    '이 화면을 닫지 마십시오.',
    '파일이 있는 곳을 감독관에게 보여 주십시오. 감독관이 서버로 옮깁니다.',
  ],
  save: '파일 저장',
  several: (count) =>
    `내용이 많아 파일이 ${countText(count)}개입니다. 하나씩 모두 저장하십시오. 감독관에게는 모두 필요하며 순서는 상관없습니다.`,
  saveOne: (number, of) => `파일 ${countText(of)}개 중 ${countText(number)}번 저장`,
  saved: (name) => `${name}(으)로 저장했습니다`,
  failed: '파일을 만들지 못했습니다. 이 화면을 그대로 두고 감독관에게 보여 주십시오.',
  close: '닫기',
};

export const choices: typeof en.choices = {
  title: '한 문항에 답안이 두 개 있습니다',
  held: '다른 기기가 이어받기 전에 이 기기에서 쓴 답안입니다. 보내지 않았습니다. 어느 것이 유효한지 고르십시오.',
  offered: '다른 기기에서 쓴 답안입니다. 그 뒤에 여기에서 다르게 썼습니다. 어느 것이 유효한지 고르십시오.',
  item: (number) => `${countText(number)}번 문항`,
  older: '이전에 쓴 답안',
  now: '지금 답안',
  take: '이전 답안으로 하기',
  drop: '지금 답안 그대로 두기',
  nothing: '답안 없음',
};

export const tabs: typeof en.tabs = {
  title: '시험이 다른 탭에서 열려 있습니다',
  why: '답안이 서로 덮어쓰지 않도록 한 탭에서만 쓸 수 있습니다. 이 탭은 보기만 합니다.',
  answers: '내 답안(읽기만 가능)',
  answersHint: '다른 탭에 있는 그대로입니다. 고치려면 그 탭에서 하거나 여기에서 계속하십시오.',
  noAnswers: '아직 답안이 없습니다.',
  lost: '다른 탭이 더 이상 응답하지 않습니다. 답안은 안전합니다.',
  takeOver: '여기에서 계속하기',
  takeOverHint: '그러면 다른 탭이 보기만 합니다. 잃는 것은 없습니다.',
  taking: '이어받는 중…',
  yielded: '시험이 다른 탭에서 계속됩니다',
  there: '다른 탭의 상태:',
};

export const device: typeof en.device = {
  title: '다른 기기가 이어받았습니다',
  what: '시험은 그 기기에서 계속됩니다. 이 화면은 여기에서 쓴 것을 보여 주기만 합니다.',
  kept: (count) =>
    `여기에서 아직 저장되지 않았던 ${answers(count)}를 서버가 보관합니다. 필요하면 다른 기기에서 물어봅니다.`,
  unsent: (count) => `여기에서 쓴 ${answers(count)}가 아직 서버에 도착하지 않았습니다. 이 화면을 그대로 두십시오.`,
  notYou: '직접 기기를 바꾸지 않았다면 바로 감독관에게 알려 주십시오.',
};

export const end: typeof en.end = {
  submittedTitle: '답안지가 제출되었습니다',
  timedOutTitle: '시간이 끝났습니다',
  overTitle: '시간이 끝났습니다',
  removedTitle: '감독관이 응시를 종료했습니다',
  absentTitle: '응시하지 않은 시험입니다',
  submitted: (at) => (at === 0 ? '서버에 있습니다.' : `${dayText(at)}부터 서버에 있습니다.`),
  timedOut: '시험 시간이 끝나 답안지가 닫혔습니다. 하실 일이 없습니다.',
  saved: (count) => (count === 0 ? '저장된 답안이 없습니다.' : `${answers(count)}가 저장되었으며 채점됩니다.`),
  closing: '서버가 답안지를 닫는 중입니다. 잠시 이 화면을 그대로 두십시오.',
  offline: '지금 연결이 끊겨 있습니다. 시간 안에 쓴 것은 이 기기에 안전하게 있으며, 다시 연결되면 바로 보냅니다.',
  offlineNext: '이 화면을 그대로 두십시오. 오래 걸리면 감독관에게 알려 주십시오. 안전 사본이 있습니다.',
  waiting: (count) => `${answers(count)}가 아직 저장되지 않았습니다.`,
  lost: (items) =>
    `${items.join(', ')}번 문항의 마지막 변경은 끝난 뒤에 도착하여 받아들여지지 않았습니다. 그 전에 저장된 답안이 유효합니다.`,
  lostNext: '시간 안에 썼다면 감독관에게 알려 주십시오. 기기에 남아 있습니다.',
  removed: '그때까지 저장된 답안은 보관됩니다.',
  removedReason: (reason) => `사유: ${reason}`,
  removedNext: '감독관에게 문의하십시오.',
  absent: '입장하기 전에 시험이 끝났습니다. 감독관에게 문의하십시오.',
  again: '다시 입장',
  againHint: '감독관이 답안지를 다시 연 경우에만 해당합니다.',
  receipt: '제출 확인증',
  receiptHint: '보관하십시오. 서버에 있는 것이 정확히 적혀 있습니다.',
  agrees: '이 화면에 보이는 답안과 서버의 답안이 정확히 같습니다.',
  differs: '이 화면에 보이는 답안과 서버의 답안이 다릅니다. 화면을 닫지 말고 감독관에게 알려 주십시오.',
  count: '답안 수',
  time: '시각',
  code: '확인 코드',
  download: '확인증 저장',
  print: '인쇄',
  signed: '서명된 확인증 저장',
  signedHint:
    '답안 내용 없이, 답안이 하나하나 저장되었음을 보여 주는 파일입니다. 이 서버가 없어도 누구나 확인할 수 있습니다.',
  signedStates: {
    coming: '서버에 요청하고 있습니다…',
    saved: '파일로 저장했습니다.',
    failed: '지금은 서버에서 받을 수 없습니다. 답안은 안전하며, 위의 확인증에도 적혀 있습니다.',
  },
  signedFile: '서명된-제출-확인증',
  reopened: '감독관이 답안지를 다시 열면 여기에 자동으로 나타납니다.',
  done: '마치기',
  doneHint: '다음 사람을 위하여 이 화면을 비웁니다.',
  doneTitle: '마치시겠습니까?',
  doneText: '이 화면에서 내용이 지워집니다. 답안지는 서버에 있습니다.',
  file: '제출-확인증',
};
