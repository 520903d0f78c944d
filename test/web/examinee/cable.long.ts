// As long as somebody takes to find a cable and put it back.
import '../../support/chromium.ts';
import { openPageHall, type PageHall } from '../../support/page-exams.ts';
import { essayWithoutCable } from './cable.ts';

describe('the page of an examinee whose cable is out', function () {
  this.timeout(120_000);
  let hall: PageHall;

  before(async function () {
    hall = await openPageHall(this, 'examinee-cable', { restart: false });
  });
  after(() => hall?.close());

  it('for 40 s in the middle of an essay: every letter is kept here, and saved when it is back', () =>
    essayWithoutCable(hall, 40_000));
});
