// The proctor's board as it is, over boards that are simulated: built by the bench alone, which puts simulated-boards.ts in
// the place of client/boards.ts. Not part of what is served.
import { staff } from '../../client/staff.ts';
import { BoardScreen } from '../proctor/board/BoardScreen.tsx';
import { startPage } from '../shared/start.tsx';
import '../proctor/proctor.css';

const account = { token: 'nobody', staff: staff({ url: location.origin, token: 'nobody' }) };

startPage(() => <BoardScreen account={account} roomIds={['simulated']} />);
