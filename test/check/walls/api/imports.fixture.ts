// What api/ may import, and what it may not. `npm run check` demands that exactly the marked lines are found.
// Never run, never imported; kept out of the normal lint by its name.

import '../../../../schema/ids.ts';
import '../../../../exam/clock.ts';
import '../../../../store/open-store.ts';
import '../../../../exports/table.ts';
import '../../../../rooms/main.ts'; // must be found
import '../../../../workers/main.ts'; // must be found
import '../../../../client/enter-exam.ts'; // must be found
import '../../../../loadtest/pool.ts'; // must be found
import '../../../../bin/launcher/command.ts'; // must be found
import '../../../../test/support/parts.ts'; // must be found
import '../../../../server.ts'; // must be found
import '../../../../roles/parts.ts'; // must be found
import '../../../../operations.ts'; // must be found
import '../../../../chaos/run.ts'; // must be found
