//! The crate bpe-openai as a counter of the tokenizer benchmark: exchange.md.
//! bpe_openai_peer ENCODING counts FILE | ENCODING time FILE PASSES | ENCODING new FILE SKIPPED

use std::env;
use std::fs;
use std::process::exit;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, now: *mut Timespec) -> i32;
}

const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;

fn processor_seconds() -> f64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the C library writes one timespec, whose layout on 64-bit Linux is that of Timespec.
    unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.seconds as f64 + now.nanoseconds as f64 / 1e9
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if arguments.len() < 4 {
        eprintln!("usage: bpe_openai_peer ENCODING counts FILE | ENCODING time FILE PASSES | ENCODING new FILE SKIPPED");
        exit(2);
    }
    let counter = match arguments[1].as_str() {
        "o200k_base" => bpe_openai::o200k_base(),
        "cl100k_base" => bpe_openai::cl100k_base(),
        other => {
            eprintln!("bpe-openai has no encoding {other}");
            exit(2);
        }
    };
    let file = fs::read_to_string(&arguments[3]).expect("the file of texts is not readable UTF-8");
    let mut texts: Vec<&str> = file.split_terminator('\0').collect();
    if arguments[2] == "counts" {
        for text in &texts {
            println!("{}", counter.count(*text));
        }
        return;
    }
    let mut passes: usize = arguments[4].parse().expect("PASSES and SKIPPED are numbers");
    if arguments[2] == "new" {
        let skipped: Vec<&str> = texts.drain(..passes).collect();
        let known: usize = skipped.iter().map(|text| counter.count(*text)).sum();
        std::hint::black_box(known);
        passes = 1;
    }
    let mut tokens = 0;
    let mut seconds = Vec::with_capacity(passes);
    for _ in 0..passes {
        let start = processor_seconds();
        tokens = texts.iter().map(|text| counter.count(*text)).sum();
        seconds.push(format!("{:.9}", processor_seconds() - start));
    }
    println!(r#"{{"items":{},"tokens":{},"seconds":[{}]}}"#, texts.len(), tokens, seconds.join(","));
}
