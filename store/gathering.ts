// Gathers what is asked one by one into few requests. What comes in one turn of the loop goes together,
// and what comes while a request is under way waits for the next: without any timer, a quiet system asks at once, and in a storm each request carries what came meanwhile. Two at once would each
// carry half. Must never mix up answers: the n-th result is the n-th question's. Called by what hundreds do in the same moment: an enter, a start.

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

  /** Begins at the end of this turn of the loop: an answer that many have waited for makes all of them ask the next question. */
  function next(): void {
    if (isUnderWay || waiting.length === 0) return;
    isUnderWay = true;
    setImmediate(() => {
      const asked = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      void run(asked);
    });
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      next();
    });
}

/** The same for lists of which nothing comes back: `work` gets those of 1 to 100 calls in one. */
export function gatheredLists<T>(work: (all: readonly T[]) => Promise<unknown>): (list: readonly T[]) => Promise<void> {
  return gathered(async (lists: readonly (readonly T[])[]) => {
    await work(lists.flat());
    return lists.map(() => undefined);
  });
}
