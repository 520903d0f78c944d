// Gathers what is asked one by one into few requests. While `AT_ONCE` requests are under way, what comes waits for the
// next one: a quiet system asks at once, and in a storm each request carries what came meanwhile, without any timer.
// Must never mix up answers: the n-th result is the n-th question's. Called by examinees.ts for what a storm of enters asks.

/** So many requests are under way; more would only be smaller. */
const AT_ONCE = 2;
const MOST = 100;

/** `work` gets 1 to 100 questions and returns their answers in the same order; where it throws, all of them are rejected. */
export function gathered<Q, A>(work: (questions: readonly Q[]) => Promise<readonly A[]>): (question: Q) => Promise<A> {
  type Asked = { readonly question: Q; resolve(answer: A): void; reject(error: unknown): void };
  let waiting: Asked[] = [];
  let underWay = 0;

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
      underWay--;
      next();
    }
  }

  function next(): void {
    while (underWay < AT_ONCE && waiting.length > 0) {
      const asked = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      underWay++;
      void run(asked);
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      next();
    });
}
