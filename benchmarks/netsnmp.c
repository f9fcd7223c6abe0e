/* net-snmp's C library as a peer: many sessions, each asks its device as soon as it is free.
 *
 * netsnmp get|v3|walk|abreast PORT IN_FLIGHT COUNT ADDRESS... asks each address once, then COUNT questions with so
 * many devices busy at a time. It prints the CPU seconds of the COUNT questions and how many values came. get: six
 * system values; v3 the same by authPriv; walk: ten columns by GETBULK, one after the other as the tools of net-snmp
 * walk; abreast: the ten side by side.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/large_fd_set.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum { SCALARS = 6, COLUMNS = 10, MOST_ARCS = 16, EVENTS = 256, SWEEP_MS = 500, REPETITIONS = 25, TIMEOUT_US = 2000000 };

typedef struct {
    oid arcs[MOST_ARCS];
    size_t size;
} Name;

typedef struct {
    void *session;
    int descriptor;
    Name cursors[COLUMNS];
    int columns[COLUMNS]; /* which column each cursor belongs to */
    int open, begun;
} Device;

static const char *SCALAR_TEXTS[SCALARS] = {".1.3.6.1.2.1.1.1.0", ".1.3.6.1.2.1.1.3.0", ".1.3.6.1.2.1.1.4.0",
                                            ".1.3.6.1.2.1.1.5.0", ".1.3.6.1.2.1.1.6.0", ".1.3.6.1.2.1.1.7.0"};
static const char *COLUMN_TEXTS[COLUMNS] = {
    ".1.3.6.1.2.1.2.2.1.7",     ".1.3.6.1.2.1.2.2.1.8",     ".1.3.6.1.2.1.2.2.1.13",    ".1.3.6.1.2.1.2.2.1.14",
    ".1.3.6.1.2.1.2.2.1.19",    ".1.3.6.1.2.1.2.2.1.20",    ".1.3.6.1.2.1.31.1.1.1.1",  ".1.3.6.1.2.1.31.1.1.1.6",
    ".1.3.6.1.2.1.31.1.1.1.10", ".1.3.6.1.2.1.31.1.1.1.15"};

static Name scalars[SCALARS], columns[COLUMNS];
static Device *devices, **idle;
static int device_count, idle_first, idle_count;
static bool walking;
static int abreast; /* columns walked at a time */
static long left, under_way, values, failures;

static void ask(Device *device);

static bool below(const netsnmp_variable_list *variable, const Name *column) {
    return variable->name_length > column->size && variable->name_length <= MOST_ARCS &&
           !memcmp(variable->name, column->arcs, column->size * sizeof(oid));
}

/* Takes up the next columns; false when all have been walked. */
static bool begin_columns(Device *device) {
    for (device->open = 0; device->open < abreast && device->begun < COLUMNS; device->open++, device->begun++) {
        device->cursors[device->open] = columns[device->begun];
        device->columns[device->open] = device->begun;
    }
    return device->open;
}

static void start_next(void) {
    if (!left || !idle_count) return;
    Device *device = idle[idle_first];
    idle_first = (idle_first + 1) % device_count;
    idle_count--;
    left--;
    under_way++;
    device->begun = 0;
    begin_columns(device);
    ask(device);
}

static void finish(Device *device) {
    idle[(idle_first + idle_count++) % device_count] = device;
    under_way--;
    start_next();
}

/* Moves the cursors over an answer; columns that have ended are no longer asked for. */
static void follow(Device *device, const netsnmp_variable_list *variable) {
    bool ended[COLUMNS] = {false};
    int wide = device->open, kept = 0;
    for (int n = 0; variable; variable = variable->next_variable, n++) {
        int place = n % wide;
        if (ended[place]) continue;
        if (below(variable, &columns[device->columns[place]])) {
            memcpy(device->cursors[place].arcs, variable->name, variable->name_length * sizeof(oid));
            device->cursors[place].size = variable->name_length;
            values++;
        } else {
            ended[place] = true;
        }
    }
    for (int n = 0; n < wide; n++)
        if (!ended[n]) {
            device->cursors[kept] = device->cursors[n];
            device->columns[kept++] = device->columns[n];
        }
    device->open = kept;
}

static int answered(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *magic) {
    Device *device = magic;
    (void)session, (void)id;
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu->errstat || !pdu->variables) {
        failures++;
        finish(device);
        return 1;
    }
    if (walking) {
        follow(device, pdu->variables);
        if (device->open || begin_columns(device)) {
            ask(device);
            return 1;
        }
    } else {
        for (netsnmp_variable_list *each = pdu->variables; each; each = each->next_variable) values++;
    }
    finish(device);
    return 1;
}

static void ask(Device *device) {
    netsnmp_pdu *pdu = snmp_pdu_create(walking ? SNMP_MSG_GETBULK : SNMP_MSG_GET);
    if (walking) {
        pdu->non_repeaters = 0;
        pdu->max_repetitions = REPETITIONS;
    }
    for (int n = 0; n < (walking ? device->open : SCALARS); n++) {
        const Name *name = walking ? &device->cursors[n] : &scalars[n];
        snmp_add_null_var(pdu, name->arcs, name->size);
    }
    if (!snmp_sess_async_send(device->session, pdu, answered, device)) {
        snmp_free_pdu(pdu);
        failures++;
        under_way--; /* not asked again: what came is counted in the end */
    }
}

static void secure(netsnmp_session *session) {
    static oid sha256[] = {1, 3, 6, 1, 6, 3, 10, 1, 1, 5};
    static u_char authentication[] = "authentication", encryption[] = "encryption";
    session->version = SNMP_VERSION_3;
    session->securityName = "bench";
    session->securityNameLen = 5;
    session->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    session->securityAuthProto = sha256;
    session->securityAuthProtoLen = OID_LENGTH(sha256);
    session->securityAuthKeyLen = USM_AUTH_KU_LEN;
    generate_Ku(sha256, OID_LENGTH(sha256), authentication, sizeof authentication - 1, session->securityAuthKey,
                &session->securityAuthKeyLen);
    session->securityPrivProto = usmAESPrivProtocol;
    session->securityPrivProtoLen = OID_LENGTH(usmAESPrivProtocol);
    session->securityPrivKeyLen = USM_PRIV_KU_LEN;
    generate_Ku(sha256, OID_LENGTH(sha256), encryption, sizeof encryption - 1, session->securityPrivKey,
                &session->securityPrivKeyLen);
}

static void open_device(Device *device, netsnmp_session *session, const char *address, const char *port, int poll) {
    char peer[80];
    snprintf(peer, sizeof peer, "udp:%s:%s", address, port);
    session->peername = peer;
    device->session = snmp_sess_open(session);
    if (!device->session) {
        snmp_sess_perror(address, session);
        exit(1);
    }
    device->descriptor = snmp_sess_transport(device->session)->sock;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = device};
    epoll_ctl(poll, EPOLL_CTL_ADD, device->descriptor, &event);
}

static double cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Asks so many questions and returns when all are answered or given up. */
static void drive(int poll, long count, int in_flight) {
    struct epoll_event events[EVENTS];
    struct timeval last = {0, 0}, at;
    left = count;
    values = failures = 0;
    for (int n = 0; n < in_flight; n++) start_next();
    while (under_way) {
        int ready = epoll_wait(poll, events, EVENTS, SWEEP_MS);
        for (int n = 0; n < ready; n++) {
            Device *device = events[n].data.ptr;
            netsnmp_large_fd_set set;
            netsnmp_large_fd_set_init(&set, FD_SETSIZE);
            netsnmp_large_fd_setfd(device->descriptor, &set);
            snmp_sess_read2(device->session, &set);
            netsnmp_large_fd_set_cleanup(&set);
        }
        gettimeofday(&at, NULL);
        if (at.tv_sec != last.tv_sec) {
            last = at;
            for (int n = 0; n < device_count; n++) snmp_sess_timeout(devices[n].session);
        }
    }
}

int main(int count, char **words) {
    if (count < 6) {
        fprintf(stderr, "usage: netsnmp get|v3|walk|abreast PORT IN_FLIGHT COUNT ADDRESS...\n");
        return 2;
    }
    netsnmp_session session;
    setenv("MIBS", "", 1);
    setenv("SNMPCONFPATH", "/nonexistent", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    init_snmp("netsnmp");
    for (int n = 0; n < SCALARS; n++) {
        scalars[n].size = MOST_ARCS;
        read_objid(SCALAR_TEXTS[n], scalars[n].arcs, &scalars[n].size);
    }
    for (int n = 0; n < COLUMNS; n++) {
        columns[n].size = MOST_ARCS;
        read_objid(COLUMN_TEXTS[n], columns[n].arcs, &columns[n].size);
    }
    abreast = !strcmp(words[1], "abreast") ? COLUMNS : 1;
    walking = abreast > 1 || !strcmp(words[1], "walk");
    device_count = idle_count = count - 5;
    devices = calloc(device_count, sizeof *devices);
    idle = calloc(device_count, sizeof *idle);
    snmp_sess_init(&session);
    session.version = SNMP_VERSION_2c;
    session.community = (u_char *)"public";
    session.community_len = 6;
    session.timeout = TIMEOUT_US;
    session.retries = 1;
    if (!strcmp(words[1], "v3")) secure(&session);
    int poll = epoll_create1(0), in_flight = atoi(words[3]);
    for (int n = 0; n < device_count; n++) {
        open_device(idle[n] = &devices[n], &session, words[5 + n], words[2], poll);
    }
    drive(poll, device_count, in_flight);
    double before = cpu();
    drive(poll, atol(words[4]), in_flight);
    printf("%.6f %ld\n", cpu() - before, values);
    return failures != 0;
}
