// Gathers what is asked one by one into few requests. While one is under way, what comes waits for the next: a quiet
// system asks at once, and in a storm each request carries what came meanwhile, without any timer. Two at once would each
// carry half. Must never mix up answers: the n-th result is the n-th question's. Called by examinees.ts for enters.

const MOST = 100;

/** `work` gets 1 to 100 questions and returns their answers in the same order; where it throws, all of them are rejected. */
export function gathered<Q, A>(work: (questions: readonly Q[]) => Promise<readonly A[]>): (question: Q) => Promise<A> {
  type Asked = { readonly question: Q; resolve(answer: A): void; reject(error: unknown): void };
  let waiting: Asked[] = [];
  let isUnderWay = false;

  /** Never rejects. */
  async function run(asked: readonly Asked[]): Promise<void> {
    try {
      const answers = await work(asked.map(({ question }) => question));
      if (answers.length !== asked.length)
        throw new RangeError(`${answers.length} answers to ${asked.length} questions`);
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index] as A);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      isUnderWay = false;
      next();
    }
  }

  function next(): void {
    if (isUnderWay || waiting.length === 0) return;
    const asked = waiting.slice(0, MOST);
    waiting = waiting.slice(MOST);
    isUnderWay = true;
    void run(asked);
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      next();
    });
}
