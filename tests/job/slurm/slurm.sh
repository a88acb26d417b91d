# shellcheck shell=bash
# Sourced by the tests with Slurm, which get the arguments of all tests of programs: a Slurm of one node for this test
# alone, with daemons of its own in a private folder and on free ports, beside any Slurm that the machine has.
#
#   start_slurm LINE...      starts it; the lines are added to slurm.conf
#   submit OPTIONS... -- RUN ARGUMENTS...  the job file by slurm/train.sbatch with two tasks; its number in $id
#   expect_end ID STATE RESTARTS  waits, shows the log, and compares
#   wait_job ID              until the job has ended for good; its state in $state, its exit code in $code
#   wait_log ID START REGEX  until the job, started again so many times, prints a line that matches
#   hold ID START            stops the ranks when a round is done, so that a signal finds them in the middle of a run
#   let_go ID                makes them go on
#   stop_slurm               ends all of it; happens at the end of the test by itself
for program in munged slurmctld slurmd sbatch setpriv; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || { echo "NEEDS slurm-wlm and munge, whose $program is not here"; exit 77; }
done
train_sbatch=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../slurm" && pwd)/train.sbatch
. "$(dirname "${BASH_SOURCE[0]}")/../job.sh"
PATH=$PATH:/usr/sbin
# The test may itself run in a job.
unset "${!SLURM_@}" "${!SBATCH_@}" "${!PMIX_@}"
export FEDFR=$fedfr
# Long enough for a signal to find it.
sed 's/^rounds = 3$/rounds = 8/' "$job" >job.cfg
job=$PWD/job.cfg
began=$SECONDS
slurm=
daemons=()
trap 'stop_slurm; exit $failed' EXIT

tell() { printf '%4d s  %s\n' "$((SECONDS - began))" "$*"; }

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

write_slurm_conf() {
  local user
  user=$(id -un)
  cat <<END
ClusterName=fedfr-test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# A requeued job waits until the credentials of its last run have expired.
AuthInfo=socket=$slurm/munge.socket,cred_expire=5
CryptoType=crypto/munge
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
# PMIx names a folder in /tmp by the number of the job: two Slurms must not have the same ones.
FirstJobId=$(($$ * 15))
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,batch_sched_delay=0
EnforcePartLimits=ALL
ReturnToService=2
SlurmdTimeout=30
KillWait=30
# More processors than there may be, so that two ranks fit on any machine.
SlurmdParameters=config_overrides
NodeName=$node NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=test Nodes=$node Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=$node MaxTime=INFINITE State=UP PriorityTier=2
END
  [ $# -eq 0 ] || printf '%s\n' "$@"
}

# daemon PROGRAM ARGUMENTS...: in the background; it ends with this shell, even if that is killed
daemon() {
  setpriv --pdeathsig TERM "$@" >>"$slurm/daemons.log" 2>&1 &
  daemons+=($!)
}

start_slurm() {
  local deadline=$((SECONDS + 120))
  node=$(hostname -s)
  # Not in the folder of the test: the names of sockets may have only 107 characters.
  slurm=$(mktemp -d "${TMPDIR:-/tmp}/fedfr-slurm.XXXXXX")
  mkdir "$slurm/state" "$slurm/spool"
  head -c 1024 /dev/urandom >"$slurm/munge.key"
  chmod 400 "$slurm/munge.key"
  export SLURM_CONF=$slurm/slurm.conf
  # Ranks that are killed leave their shared memory behind.
  export OMPI_MCA_btl_vader_backing_directory=$slurm
  write_slurm_conf "$@" >"$SLURM_CONF"
  daemon munged --foreground --force --key-file="$slurm/munge.key" --socket="$slurm/munge.socket" \
    --pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" --seed-file="$slurm/munged.seed"
  while [ ! -S "$slurm/munge.socket" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
  daemon slurmctld -D -f "$SLURM_CONF"
  daemon slurmd -D -f "$SLURM_CONF" -N "$node"
  until sinfo --noheader -o %t 2>/dev/null | grep -q idle; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      problem "Slurm does not start"
      tail -n 20 "$slurm"/*.log
      exit 1
    fi
    sleep 0.1
  done
  tell "Slurm $(sinfo --version | sed 's/.* //') is up${*:+ with $*}"
}

stop_slurm() {
  [ -n "$slurm" ] || return
  scancel --full --user="$(id -un)" 2>/dev/null
  scancel --signal=KILL --full --user="$(id -un)" 2>/dev/null
  for _ in $(seq 100); do
    # A step has a socket until it has told all it knows.
    [ -n "$(squeue --noheader 2>/dev/null; find "$slurm/spool" -type s)" ] || break
    sleep 0.1
  done
  kill "${daemons[@]}" 2>/dev/null
  wait "${daemons[@]}" 2>/dev/null
  daemons=()
  rm -rf "$slurm"
  slurm=
}

# submit OPTIONS... -- RUN ARGUMENTS...: slurm/train.sbatch with two tasks
submit() {
  local options=() run
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  run=$2
  shift 2
  id=$(sbatch --parsable --ntasks=2 "${options[@]}" "$train_sbatch" "$job" --output "$run" "$@" 2>last.out)
  [ -n "$id" ] || { problem "sbatch refuses the job"; exit 1; }
  tell "job $id: sbatch ${options[*]} train.sbatch job.cfg --output $run $*"
}

job_field() {  # job_field ID NAME: as scontrol shows it
  scontrol show job "$1" | sed -n "s/.*\b$2=\([^ ]*\).*/\1/p"
}

# give_up ID TEXT: the test cannot go on
give_up() {
  cp "fedfr-$1.log" last.out 2>/dev/null
  problem "job $1: $2"
  exit 1
}

has_ended() {  # has_ended ID: for good; the state in $state
  state=$(job_field "$1" JobState)
  # Slurm has many passing states (SIGNALING, for one, for an instant), but these last.
  case $state in
    BOOT_FAIL | CANCELLED | COMPLETED | DEADLINE | FAILED | NODE_FAIL | OUT_OF_MEMORY | PREEMPTED | TIMEOUT) ;;
    *) return 1 ;;
  esac
}

wait_job() {
  local deadline=$((SECONDS + limit))
  until has_ended "$1"; do
    [ "$SECONDS" -lt "$deadline" ] || give_up "$1" "still $state"
    sleep 0.2
  done
  code=$(job_field "$1" ExitCode)
  code=${code%:*}
  cp "fedfr-$1.log" last.out
  tell "job $1: $state, exit code $code, restarts $(job_field "$1" Restarts)"
}

log_of_start() { sed -n "/ job $1: start $2 on /,/ job $1: start $(($2 + 1)) on /p" "fedfr-$1.log" 2>/dev/null; }

wait_log() {
  local deadline=$((SECONDS + limit))
  until log_of_start "$1" "$2" | grep -q -- "$3"; do
    ! has_ended "$1" || give_up "$1" "ended as $state before start $2 printed '$3'"
    [ "$SECONDS" -lt "$deadline" ] || give_up "$1" "start $2 has not printed '$3'"
    sleep 0.1
  done
}

ranks_of() {  # ranks_of ID: the process ids of the job's ranks
  scontrol listpids "$1" "$node" 2>/dev/null | awk 'NR > 1 {print $1}' | sort -u | xargs -r ps -o pid=,comm= -p |
    awk '$2 == "fedfr" {print $1}'
}

hold() {
  wait_log "$1" "$2" '^round .* cohort'
  ranks_of "$1" | xargs -r kill -STOP
  tell "job $1: in start $2, $(log_of_start "$1" "$2" | grep -o '^round *[0-9/]*' | tail -n 1) is done"
}

let_go() { ranks_of "$1" | xargs -r kill -CONT; }

show_log() {  # show_log ID: what a reader of the log wants to see of how it went
  grep -hE '^# [0-9-]+ [0-9:]+ job|^resuming|^round +[0-9]|^stopped|^fedfr:|^DONE' "fedfr-$1.log" | cut -c1-120 | sed 's/^/        | /'
}

# expect_end ID STATE RESTARTS: how the job ends, with exit code 0 if it is COMPLETED
expect_end() {
  wait_job "$1"
  show_log "$1"
  expect_equal "$state" "$2" "job $1: state"
  expect_equal "$(job_field "$1" Restarts)" "$3" "job $1: restarts"
}
