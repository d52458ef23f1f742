"""Snom's names of settings: those that are ours, those that ours stand for, and the rest.

`translated` says what becomes of one. docs/provisioning.md is the same as a table.
"""

from base.compat import const
from offhook.settings import catalogue, zones
from offhook.settings.catalogue import canonical, plain

_WIFI = const(2)  # the first network is the one that led here: it stays

# What a phone of ours has no part for, does another way, or does always
ABSENT = frozenset(
    (
        "action_vision_url admin_mode admin_mode_password admin_mode_password_confirm "
        "always_show_active_call "
        "answer_after_policy aoc_amount_display auto_connect_indication backlight backlight_idle "
        "call_join_xfer call_screen_fkeys_on_connected call_screen_fkeys_on_holding "
        "callpickup_dialoginfo cancel_desktop cancel_missed cancel_on_hold challenge_reboot "
        "challenge_response checksync_action codec_tos colleagues_ring_sound conf_hangup contrast "
        "custom_bg_image_url cw_dialtone deny_all_feature dhcp_v6 dialnumber_us_format dim_timer "
        "disable_speaker disconnected_url_on_reject dkey_conf dkey_directory dkey_dnd dkey_hold "
        "dkey_menu dkey_redial dkey_retrieve dkey_transfer dns_domain dtmf_speaker_phone "
        "edit_alpha_mode emergency_proxy enable_rport_rfc3581 eth_net eth_pc family_ring_sound "
        "friends_ring_sound global_missed_counter guess_number guess_start_length gui_fkey "
        "headset_device holding_reminder idle_cancel_key_action idle_down_key_action "
        "idle_left_key_action idle_ok_key_action idle_right_key_action idle_up_key_action "
        "ignore_security_warning intercom_connect_type internal_ringer_file internal_ringer_text "
        "key_tone keyboard_lock ldap_base ldap_display_name ldap_max_hits ldap_name_attributes "
        "ldap_number_attributes ldap_number_filter ldap_over_tls ldap_password ldap_port "
        "ldap_search_filter ldap_server ldap_username led_call_indicator_usage led_green led_on "
        "led_orange led_red lldp_enable logon_wizard max_forwards message_led_other "
        "multicast_listen mute_is_dnd_in_idle mwi_notification ntp_refresh_timer "
        "offer_gruu overlap_dialing peer_to_peer_cc pickup_indication privacy_in "
        "publish_presence quick_transfer record_dialed_calls record_missed_calls "
        "record_received_calls register_http_contact retry_after_failed_subscribe "
        "ringer_headset_device rtp_port_end screen_saver_timeout signaling_tos "
        "silence_compression sip_retry_t1 snmp_trusted_addresses status_msgs_that_are_blocked "
        "subscribe_config subscription_delay support_rtcp syslog_server tc tcp_listen "
        "timer_support tn to transfer_dialing_on_other transfer_dialing_on_transfer "
        "transfer_on_hangup_non_pots tu ui_theme use_backlight user_agent "
        "user_failover_identity user_hash user_idle_text user_phone user_q "
        "user_server_type user_symmetrical_rtp vip_ring_sound vlan vlan_id vlan_pc_id "
        "vlan_pc_priority vlan_port_tagging vlan_qos vol_handset_mic vol_headset_mic "
        "vol_speaker_mic web_language web_logout_timer webserver_user_name "
        "webserver_user_password"
    ).split()
)

# What no file may do: software comes signed, from update_server, when a person asks for it
NEVER = ("firmware", "update_key", "mac")

# Snom's name -> ours, where only the name differs
RENAMED = {
    "keyboard_lock_emergency": "emergency_numbers",
    "retry_after_failed_register": "register_back_off",
    "rtp_port_start": "rtp_port",
    "wifi_essid": "wifi_ssid%d" % _WIFI,
    "wifi_wpapsk": "wifi_pass%d" % _WIFI,
}


def _codecs(number, text):
    """``codec_priority_list1``: "g722,pcma,pcmu,telephone-event"."""
    if number not in (None, 1):
        return {}
    words = [x.strip() for x in text.lower().split(",")]
    known = [x for x in words if x in ("pcma", "pcmu")]
    if not known:
        raise ValueError("it names neither pcma nor pcmu")
    if "g722" in words and words.index("g722") < words.index(known[0]):
        return {"codec_priority": "g722" if known[0] == "pcma" else "g722_pcmu"}
    return {"codec_priority": known[0] if len(known) > 1 else known[0] + "_only"}


def _codec(number, text):
    """``codec1_name1``: a number of RFC 3551, or a name."""
    first = {"8": "pcma", "0": "pcmu", "9": "g722", "alaw": "pcma", "ulaw": "pcmu"}.get(text, text)
    if number not in (None, 1) or first not in ("pcma", "pcmu", "g722"):
        return {}
    return {"codec_priority": first}


def _codec_size(number, text):
    return {"codec_size": text} if number in (None, 1) else {}


def _proxy(number, text):
    """``user_outbound1``: several behind commas, of which the first is taken."""
    first = text.partition(",")[0].strip()
    if ";" in first and first[:4].lower() not in ("sip:", "sips"):
        first = "sip:" + first
    return {"user_outbound%s" % ("" if number is None else number): first}


def _zone(number, text):
    if zones.like(text) and not zones.posix(text):
        raise ValueError("'%s' is none of Snom's time zones that are known" % text[:12])
    return {"timezone": text}


def _language(number, text):
    return {"language": text.partition("(")[0].strip()}


def _phone_type(number, text):
    if not text:
        raise ValueError("an empty one is not taken: files are asked for by it")
    return {"phone_type": text}


# stem -> function(number, text), which gives {our name: text}; {} where nothing is to be done
CONVERTED = {
    "codec_priority_list": _codecs,
    "codec1_name": _codec,
    "codec2_name": lambda number, text: {},
    "codec3_name": lambda number, text: {},
    "codec_size": _codec_size,
    "user_outbound": _proxy,
    "timezone": _zone,
    "language": _language,
    "phone_type": _phone_type,
}


class Absent(ValueError):
    """A setting of Snom's that is not there."""


class Unknown(ValueError):
    """A name that nobody knows."""


def translated(name, text):
    """Return {our name: text} for a setting of Snom's.

    ValueError says what is wrong, `Absent` that we have no such thing, `Unknown` that nobody has.
    """
    name = canonical(name)
    stem, number = plain(name)
    if name.startswith(NEVER[0]) or stem in NEVER:
        raise ValueError("no file may set it")
    if stem in CONVERTED or name in CONVERTED:
        return CONVERTED[name if name in CONVERTED else stem](number, text)
    if name in RENAMED:
        return {RENAMED[name]: text}
    if catalogue.pattern(name):
        return {name: text}
    if stem in ABSENT or name in ABSENT:
        raise Absent(name)
    if number is not None and catalogue.pattern(stem + "1"):
        raise ValueError("this phone has none of the number %d" % number)
    raise Unknown(name)


def key(index, text, attributes):
    """Return {our name: text} for an <fkey> of Snom's; ValueError says what is wrong."""
    if not index.isdigit() or len(index) > 3:
        raise ValueError("idx '%s' is no number of a key" % index[:12])
    number = int(index)
    if not catalogue.pattern("fkey%d" % number):
        raise ValueError("this phone has no key of that number")
    context, text = attributes.get("context", "").strip(), text.strip()
    if not text:
        raise ValueError("it is empty; 'none' gives a key nothing to do")
    kind, _, argument = text.partition(" ")
    if text == "keyevent none":
        text = "none"
    elif kind == "conference" and not argument.strip():
        text = "keyevent F_CONFERENCE"
    found = {"fkey%d" % number: "%s %s" % (context or "active", text)}
    label = attributes.get("label") or attributes.get("default_text", attributes.get("label"))
    if label is not None:
        found["fkey_label%d" % number] = label
    if attributes.get("lp") in ("on", "off", "true", "false", "1", "0"):
        found["fkey_longpress%d" % number] = attributes["lp"]
    return found


def summer(rule, offset):
    """Return the POSIX time zone of Snom's ``dst`` and ``utc_offset``; ValueError for none.

    `rule` is such as ``3600 03.05.07 02:00:00 10.05.07 03:00:00``: seconds, then month.week.day
    (1 is Monday) and the time of its begin and its end; `offset` is in seconds east of UTC.
    """
    more, begin, begins, end, ends = rule.strip("<>").split()
    return "<%s>%s<%s>%s,%s/%s,%s/%s" % (
        _named(offset),
        _west(offset),
        _named(offset + int(more)),
        _west(offset + int(more)),
        _day(begin),
        begins,
        _day(end),
        ends,
    )


def _west(seconds):
    sign, seconds = "-" if seconds > 0 else "", abs(seconds)
    return "%s%d:%02d" % (sign, seconds // 3600, seconds // 60 % 60)


def _named(seconds):
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    minutes = seconds // 60 % 60
    return "%s%02d%s" % (sign, seconds // 3600, "%02d" % minutes if minutes else "")


def _day(text):
    month, week, day = [int(x) for x in text.split(".")]
    return "M%d.%d.%d" % (month, week, day % 7)
